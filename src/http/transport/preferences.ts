import { WildcatError } from '../../errors.ts';

/** `waitMs`: how long the client wants to wait for the outcome. `queue`: it does not mind a later delivery. */
export type Preferences = Readonly<{ waitMs: number; queue: boolean }>;

const DEFAULT_WAIT_S = 10;
const MAX_WAIT_S = 60;

/**
 * The `Prefer` header (RFC 7240): `wait=N` seconds, 60 at most, and `respond-async`, which alone waits for nothing.
 * What is not understood is ignored, as the RFC asks.
 */
export const preferences = (header: string): Preferences => {
  const tokens = header.split(',').map((token) => token.trim().toLowerCase());
  const queue = tokens.includes('respond-async');
  const asked = tokens.map((token) => /^wait\s*=\s*"?(\d{1,9})"?$/.exec(token)?.[1]).find(Boolean);
  const seconds = asked === undefined ? (queue ? 0 : DEFAULT_WAIT_S) : Number(asked);
  return { waitMs: Math.min(seconds, MAX_WAIT_S) * 1_000, queue };
};

/** The `Idempotency-Key` header, or null. Throws `invalid` where it is no 1 to 255 visible characters. */
export const idempotencyKey = (header: string): string | null => {
  if (header === '') return null;
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new WildcatError('invalid', 'Idempotency-Key must be 1 to 255 visible ASCII characters');
};
