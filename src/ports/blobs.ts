import type { BlobRef } from '../events/event.ts';

/** Bytes too large for an event: an account's own, kept under their own hash. */
export type Blobs = {
  /** Durable once it resolves; storing the same bytes again changes nothing. */
  put: (account: string, bytes: Uint8Array) => Promise<BlobRef>;
  /** Null where the account has none under that hash, whatever others have. */
  get: (account: string, sha256: string) => Promise<Uint8Array | null>;
  /** Erases all that the account has, half-finished uploads among it. Repeatable; `insist` may throw to end it. */
  eraseAccount: (account: string, insist?: () => void) => Promise<void>;
};
