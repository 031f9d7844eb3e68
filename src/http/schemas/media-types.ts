import { z } from 'zod';

type Content = Readonly<Record<string, z.ZodType>>;

/** Kept beside the schemas: what stands in a schema's `meta` becomes part of its JSON Schema. */
const contents = new WeakMap<z.ZodType, Content>();

/** The schema, noted down as that of bodies that look like this by media type, not all of them JSON. */
export const withContent = <Schema extends z.ZodType>(schema: Schema, content: Content): Schema => {
  contents.set(schema, content);
  return schema;
};

/** The same for bodies that are text or bytes. */
export const ofTypes = <Schema extends z.ZodType>(schema: Schema, ...types: readonly string[]): Schema =>
  withContent(schema, Object.fromEntries(types.map((type) => [type, z.string()])));

/** What bodies of a schema look like, by media type: JSON where nothing else was said. */
export const contentOf = (schema: z.ZodType): Content =>
  contents.get(schema) ?? { 'application/json': schema };
