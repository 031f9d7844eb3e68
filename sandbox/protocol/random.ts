import { createCipheriv, createHash, randomBytes } from 'node:crypto';

/** Gives `length` fresh bytes. */
export type Random = (length: number) => Buffer;

/**
 * A source of bytes: from the operating system, or the same ones every time for the same seed
 * (the AES-256-CTR key stream of its hash), which makes keys and ids of a run repeatable. Not for real secrets then.
 */
export const makeRandom = (seed?: string): Random => {
  if (seed === undefined) return randomBytes;
  const key = createHash('sha256').update(seed).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return (length) => stream.update(Buffer.alloc(length));
};

/** Upper-case hex of `length` random bytes. */
export const randomHex = (random: Random, length: number): string =>
  random(length).toString('hex').toUpperCase();
