import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.ts';

const removeAll = async (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** Removes the directory; a mount point, such as a RAM disk, stays, with nothing in it. */
const clear = async (dir: string): Promise<void> => {
  try {
    await removeAll(dir);
  } catch (error) {
    if (codeOf(error) !== 'EBUSY') throw error;
    for (const name of await readdir(dir)) await removeAll(join(dir, name));
  }
};

/**
 * Makes a directory of this process's own for temporary files, `dataDir/tmp`, anew: a killed process leaves parts of
 * people's files behind, and nobody else would remove them. The data directory has to be locked.
 */
export const makeTemporaryDirectory = async (
  dataDir: string,
): Promise<Readonly<{ dir: string; remove: () => Promise<void> }>> => {
  const dir = join(dataDir, 'tmp');
  await clear(dir);
  await mkdir(dir, { mode: 0o700, recursive: true });
  // who still writes in it is about to end, and the next start empties it
  return { dir, remove: () => clear(dir).catch(() => undefined) };
};
