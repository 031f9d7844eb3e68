import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a directory of this process's own for temporary files, `dataDir/tmp`, anew: a killed process leaves parts of
 * people's files behind, and nobody else would remove them. The data directory has to be locked.
 */
export const makeTemporaryDirectory = async (
  dataDir: string,
): Promise<Readonly<{ dir: string; remove: () => Promise<void> }>> => {
  const dir = join(dataDir, 'tmp');
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { mode: 0o700 });
  // who still writes in it is about to end, and the next start empties it
  return { dir, remove: () => rm(dir, { recursive: true, force: true }).catch(() => undefined) };
};
