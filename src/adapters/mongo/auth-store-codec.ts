import type { KeyChange } from './auth-store-docs.ts';

/** Marks bytes in JSON; Baileys' own BufferJSON is three times as slow and revives too much. */
const BYTES = '$b';

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pack = (value: unknown): unknown => {
  if (value instanceof Uint8Array) {
    return { [BYTES]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  if (Array.isArray(value)) return value.map(pack);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, pack(part)]));
};

const unpack = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unpack);
  if (!isPlain(value)) return value;
  const bytes = value[BYTES];
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64');
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpack(part)]));
};

// libsignal serialises sessions to base64 strings itself: nothing to look for in the largest and commonest values
const packValue = (type: string, value: unknown): unknown => (type === 'session' ? value : pack(value));
const unpackValue = (type: string, value: unknown): unknown => (type === 'session' ? value : unpack(value));

/** One key's value as bytes. */
export const encodeValue = (type: string, value: unknown): Buffer =>
  Buffer.from(JSON.stringify(packValue(type, value)));

/** Reverses `encodeValue`; bytes come back as Buffers. */
export const decodeValue = (type: string, bytes: Uint8Array): unknown =>
  unpackValue(type, JSON.parse(Buffer.from(bytes).toString()));

/** The changes of one journal row as bytes. */
export const encodeChanges = (changes: readonly KeyChange[]): Buffer =>
  Buffer.from(JSON.stringify(changes.map(({ type, id, value }) => [type, id, packValue(type, value)])));

/** Reverses `encodeChanges`. Throws where the row is not what it wrote. */
export const decodeChanges = (bytes: Uint8Array): KeyChange[] => {
  const rows: unknown = JSON.parse(Buffer.from(bytes).toString());
  if (!Array.isArray(rows)) throw new Error('a journal row is a list');
  return rows.map((row: unknown) => {
    if (!Array.isArray(row) || typeof row[0] !== 'string' || typeof row[1] !== 'string') {
      throw new Error('a change is type, id, value');
    }
    return { type: row[0], id: row[1], value: unpackValue(row[0], row[2]) };
  });
};
