import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of the files in and below a directory, 0 where there is none. What comes and goes meanwhile may be missed. */
export const dirSize = async (dir: string): Promise<number> => {
  let bytes = 0;
  for (const name of await readdir(dir, { recursive: true }).catch(() => []))
    bytes += (await lstat(join(dir, name)).catch(() => null))?.size ?? 0;
  return bytes;
};
