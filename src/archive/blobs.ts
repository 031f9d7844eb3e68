import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WildcatError } from '../errors.ts';
import { damaged, sizeOfFile, whyOf } from './damage.ts';
import { hashing } from './hashing.ts';
import type { Attached } from './line-codec.ts';

type Named = Pick<Attached, 'sha256' | 'length'>;

const HASH = /^[0-9a-f]{64}$/;
const GROUP = /^[0-9a-f]{2}$/;

const pathOf = (dir: string, sha256: string): string => join(dir, 'blobs', sha256.slice(0, 2), sha256);

const hashOfFile = async (path: string): Promise<string> => {
  await sizeOfFile(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
};

/** Whether the archive has these bytes, going by name and length. */
export const hasBlob = async (dir: string, { sha256, length }: Named): Promise<boolean> =>
  sizeOfFile(pathOf(dir, sha256)).then(
    (size) => size === length,
    () => false,
  );

/** Keeps bytes under their hash, once however many accounts have them. Throws where they are not what it names. */
export const writeBlob = async (
  dir: string,
  named: Named,
  source: AsyncIterable<Uint8Array>,
): Promise<void> => {
  const path = pathOf(dir, named.sha256);
  const aside = `${path}.${randomUUID()}.part`;
  const hash = createHash('sha256');
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  try {
    await pipeline(source, hashing(hash), createWriteStream(aside, { mode: 0o600, flush: true }));
    if (hash.digest('hex') !== named.sha256)
      throw new WildcatError(
        'unprocessable',
        `The bytes kept as ${named.sha256} are others: damaged at the origin`,
      );
    await rename(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
};

/** The bytes of a blob. Nothing is opened before somebody reads: who has them already would leave a file open. */
export async function* openBlob(dir: string, { sha256 }: Named): AsyncGenerator<Uint8Array> {
  yield* createReadStream(pathOf(dir, sha256));
}

/** Reads every blob and compares it with its name. Resolves with their number; throws `unprocessable` for the first damaged one. */
export const verifyBlobs = async (dir: string, signal: AbortSignal): Promise<number> => {
  let count = 0;
  const groups = await readdir(join(dir, 'blobs')).catch(() => []);
  // no group: a file manager left it
  for (const group of groups.filter((name) => GROUP.test(name))) {
    for (const name of await readdir(join(dir, 'blobs', group))) {
      signal.throwIfAborted();
      if (!HASH.test(name)) continue; // an interrupted export left it
      const file = `blobs/${group}/${name}`;
      const sha256 = await hashOfFile(join(dir, file)).catch((error: unknown) => {
        throw damaged(file, whyOf(error), error);
      });
      if (sha256 !== name) throw damaged(file, 'its sha256 is not its name');
      count += 1;
    }
  }
  return count;
};
