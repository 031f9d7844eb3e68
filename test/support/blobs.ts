import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blobs } from '../../src/ports/blobs.ts';

/** Blobs as files of a directory, for specs that have no MongoDB. */
export const fileBlobs = (dir: string): Blobs => ({
  put: async (account, bytes) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await mkdir(join(dir, account), { recursive: true });
    await writeFile(join(dir, account, sha256), bytes);
    return { sha256, length: bytes.length };
  },
  get: (account, sha256) => readFile(join(dir, account, sha256)).catch(() => null),
  eraseAccount: (account) => rm(join(dir, account), { recursive: true, force: true }),
});
