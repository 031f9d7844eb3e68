import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WildcatError } from '../errors.ts';
import { ACCOUNT_ID } from '../events/ids.ts';
import { sizeOfFile, whyOf } from './damage.ts';

export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'expected a sha256 in hex');
/** What goes into the headers of imported messages. */
const headerText = z.string().regex(/^[\x20-\x7e]+$/);
const position = z.number().int().nonnegative();

/** One compressed file: sha256 (hex) and bytes of the file itself, positions of its first and last message. */
export const segment = z.object({
  file: z.string().regex(/^segments\/\d{6}\.ndjson\.gz$/),
  sha256: sha256Hex,
  bytes: z.number().int().positive(),
  messages: z.number().int().positive(),
  first: position,
  last: position,
});
export type Segment = z.infer<typeof segment>;

const body = z.object({
  format: z.literal('wildcat-archive'),
  version: z.literal(1),
  /** When it was made, ISO 8601. */
  exportedAt: z.iso.datetime(),
  /** The log it was made of: positions mean something only together with its creation time. */
  stream: z.object({ name: headerText, created: headerText }),
  /** The one account that it holds; null: all. */
  account: z.string().regex(ACCOUNT_ID).nullable(),
  /** The stretch that it covers, both included; purged positions are simply not there. */
  from: position,
  to: position,
  messages: z.number().int().positive(),
  /** Blobs and files that events name and the origin no longer had. */
  missingBlobs: z.number().int().nonnegative(),
  segments: z.array(segment).nonempty(),
});
const manifest = body.extend({ sha256: sha256Hex });

/** What an archive holds. Written last: a directory without one is no archive. */
export type Manifest = z.infer<typeof body>;

const FILE = 'manifest.json';
/** Some 250 bytes are about a segment of 128 MiB: enough for an archive of 32 TiB. */
const MAX_BYTES = 64 * 1024 * 1024;

const hashOf = (value: Manifest): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Whether, and how, an archive's directory is described. Throws `unprocessable`, naming what is wrong. */
export const readManifest = async (dir: string): Promise<Manifest> => {
  const path = join(dir, FILE);
  try {
    const size = await sizeOfFile(path);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`);
    const { sha256, ...rest } = manifest.parse(JSON.parse(await readFile(path, 'utf8')));
    if (hashOf(rest) !== sha256) throw new Error('its own sha256 does not fit');
    return rest;
  } catch (error) {
    throw new WildcatError('unprocessable', `${path} is no manifest of an archive: ${whyOf(error)}`, {
      cause: error,
    });
  }
};

/** Makes the archive one. Durable once it resolves. */
export const writeManifest = async (dir: string, value: Manifest): Promise<void> => {
  // the order of keys is that of the schema, as it will be when it is read
  const ordered = body.parse(value);
  const path = join(dir, FILE);
  const aside = await open(`${path}.part`, 'w', 0o600);
  try {
    await aside.writeFile(`${JSON.stringify({ ...ordered, sha256: hashOf(ordered) }, null, 2)}\n`);
    await aside.sync();
  } finally {
    await aside.close();
  }
  await rename(`${path}.part`, path);
};
