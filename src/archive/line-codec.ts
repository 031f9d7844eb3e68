import { z } from 'zod';
import type { RawMessage } from '../ports/raw-log.ts';
import { sha256Hex } from './manifest.ts';

/** A `raw` that did not fit an event; WhatsApp's frames have 16 MiB at most. */
const MAX_BLOB = 64 * 1024 * 1024;
const content = { account: z.string(), sha256: sha256Hex, length: z.number().int().nonnegative() };
const fileId = z.string().regex(/^[0-9a-f]{24}$/);

/** Bytes beside the log that an event names, as the archive has them in `blobs/`. */
const attached = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('blob'), ...content, length: content.length.max(MAX_BLOB) }),
  z.object({
    kind: z.literal('file'),
    ...content,
    id: fileId,
    mimetype: z.string(),
    fileName: z.string().nullable(),
    storedAt: z.iso.datetime(),
  }),
]);
export type Attached = z.infer<typeof attached>;

const line = z.object({
  seq: z.number().int().positive(),
  // a subject or header that could be read as something else has no business in a log
  subject: z.string().regex(/^wildcat(\.[^\s.*>]+)+$/),
  headers: z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[^\r\n]*$/)),
  blobs: z.array(attached).optional(),
  event: z.unknown().optional(),
  /** In place of `event` where the message is not JSON as we write it. */
  base64: z.base64().optional(),
});

export type Archived = Readonly<{ message: RawMessage; blobs: readonly Attached[] }>;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** One message as a line of JSON, without its end, which gives back the same bytes. */
export const encodeLine = ({ message, blobs }: Archived): string => {
  const { payload, ...head } = message;
  const text = Buffer.from(payload).toString('utf8');
  const start = JSON.stringify(blobs.length === 0 ? head : { ...head, blobs }).slice(0, -1);
  if (JSON.stringify(parsed(text)) === text) return `${start},"event":${text}}`;
  return `${start},"base64":"${Buffer.from(payload).toString('base64')}"}`;
};

/** Throws where the line is none of ours. */
export const decodeLine = (text: string): Archived => {
  const { event, base64, blobs = [], ...head } = line.parse(JSON.parse(text));
  const payload = base64 === undefined ? Buffer.from(JSON.stringify(event)) : Buffer.from(base64, 'base64');
  return { message: { ...head, payload }, blobs };
};

const rawRef = z.object({ sha256: sha256Hex, length: z.number() });

/** What an event refers to: a blob by its hash, a file by its id. */
export type Reference = Readonly<{ kind: 'blob'; sha256: string } | { kind: 'file'; id: string }>;

const referenceOf = (name: string, value: unknown): Reference[] => {
  if (name === 'rawRef') {
    const ref = rawRef.safeParse(value);
    if (ref.success) return [{ kind: 'blob', sha256: ref.data.sha256 }];
  }
  if (name === 'fileId') {
    const id = fileId.safeParse(value);
    if (id.success) return [{ kind: 'file', id: id.data }];
  }
  return [];
};

const walk = (value: unknown): Reference[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const found = referenceOf(name, part);
    return found.length > 0 ? found : walk(part);
  });
};

/**
 * What a stored message refers to. By the fields' names, `rawRef` and `fileId`, wherever they stand: so that an event
 * type that is not thought of here, or that this build does not know, loses nothing.
 */
export const referencesOf = (payload: Uint8Array): Reference[] =>
  walk(parsed(Buffer.from(payload).toString('utf8')));
