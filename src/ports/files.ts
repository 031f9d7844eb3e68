import type { Readable } from 'node:stream';

/** Bytes that are durable but belong to nothing yet. `sha256` in hex, `length` in bytes. */
export type Staged = Readonly<{ id: string; account: string; sha256: string; length: number }>;

/** A file that is kept for an account: one copy per content. */
export type KeptFile = Readonly<{
  /** 24 hex digits. */
  id: string;
  account: string;
  sha256: string;
  length: number;
  mimetype: string;
  fileName: string | null;
  /** ISO 8601 */
  storedAt: string;
}>;

/** What is known of a file beside its bytes. */
type AboutFile = Readonly<{ mimetype: string; fileName?: string | undefined }>;

/** Both bounds included. */
export type ByteRange = Readonly<{ start: number; end: number }>;

/**
 * Files of accounts, streamed in and out, never whole in memory. What comes in is staged first; staged bytes are
 * either kept or discarded, and what a crash leaves of them is swept away later.
 */
export type Files = {
  /**
   * Writes the bytes down while hashing them. Throws `too_large` above `maxBytes`, what `source` throws (nothing is
   * left behind then), and `unavailable` as every call that somebody waits for: what is left then is swept away.
   */
  stage: (account: string, source: AsyncIterable<Uint8Array>, maxBytes: number) => Promise<Staged>;
  /**
   * Durable once it resolves. Of content that the account has already the old copy stays and the new one goes. Throws
   * `gone` where the account was erased since the bytes were staged; nothing is left behind then.
   */
  keep: (staged: Staged, about: AboutFile) => Promise<KeptFile>;
  /** Repeatable; harmless for what is kept, or still being kept, meanwhile. */
  discard: (staged: Pick<Staged, 'id'>) => Promise<void>;
  find: (account: string, sha256: string) => Promise<KeptFile | null>;
  findById: (id: string) => Promise<KeptFile | null>;
  /** The bytes of a staged or kept file. A hole in it is an error of the stream. */
  open: (file: Pick<Staged, 'id' | 'length'>, range?: ByteRange) => Readable;
  /** Repeatable. `insist` is called before each file, and may throw to end it. */
  eraseAccount: (account: string, insist?: () => void) => Promise<void>;
  /** Removes what was staged more than an hour ago and never kept. */
  sweep: () => Promise<void>;
};

/** Puts an exported file back under its own id, durable once it resolves. Repeatable, also after a kill. */
export type RestoreFile = (file: KeptFile, source: AsyncIterable<Uint8Array>) => Promise<void>;
