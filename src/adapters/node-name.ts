import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.ts';

/**
 * The name of this node, kept in `dataDir/node`: a process that finds its own name on a lease knows that it was its
 * predecessor's, since the directory's lock lets only one process live on it.
 */
export const loadNodeName = async (dataDir: string): Promise<string> => {
  const path = join(dataDir, 'node');
  try {
    const name = (await readFile(path, 'utf8')).trim();
    if (name !== '') return name;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const name = randomUUID();
  await writeFile(path, `${name}\n`, { mode: 0o600 });
  return name;
};
