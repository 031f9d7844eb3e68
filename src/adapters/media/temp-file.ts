import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Source } from '../../ports/media-tools.ts';

/** A directory that is gone when `use` is done. */
const withDirectory = async <T>(use: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'wildcat-media-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** The bytes as a file: programs that look into films have to jump about in them. */
export const withFile = <T>(
  source: Source,
  use: (path: string, directory: string) => Promise<T>,
): Promise<T> =>
  withDirectory(async (directory) => {
    const path = join(directory, 'in');
    await pipeline(source(), createWriteStream(path, { mode: 0o600 }));
    return use(path, directory);
  });
