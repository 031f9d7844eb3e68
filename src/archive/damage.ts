import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, WildcatError } from '../errors.ts';

/** What is wrong, in one line for people. */
export const whyOf = (error: unknown): string =>
  error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);

export const damaged = (file: string, why: string, cause?: unknown): WildcatError =>
  new WildcatError('unprocessable', `${file} is damaged: ${why}`, { cause });

/**
 * The size of a file, in bytes. Throws where there is none or something else of that name: a directory can't be read,
 * and a pipe or a device (a link may lead to one) would be read for ever.
 */
export const sizeOfFile = async (path: string): Promise<number> => {
  const found = await stat(path);
  if (!found.isFile()) throw new Error('it is no file');
  return found.size;
};
