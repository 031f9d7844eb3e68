import type { z } from 'zod';
import { WildcatError } from '../../errors.ts';

/** What the contract says of missing fields: these come before all else that may be wrong; a file waits its turn. */
const isMissing = (message: string): boolean => /(?<! file) (is|are) required$/.test(message);

/**
 * The value as the schema makes it. Throws `invalid` with the text of the first thing wrong with it: required fields
 * first, then in the order in which the schema names its fields.
 */
export const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const texts = result.error.issues.map((issue) => issue.message);
  throw new WildcatError('invalid', texts.find(isMissing) ?? texts[0] ?? 'Invalid request');
};
