import { Readable } from 'node:stream';
import { Binary, type Collection, type ObjectId } from 'mongodb';
import type { ByteRange } from '../../ports/files.ts';
import { orUnavailable } from './away.ts';

export type Chunk = Readonly<{ files_id: ObjectId; n: number; data: Binary }>;

/** GridFS' own default. */
export const CHUNK_BYTES = 255 * 1024;
const CHUNKS_AT_ONCE = 4;

/** Cuts a stream into pieces of one size; only the last may be smaller. */
export async function* inPieces(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (let part of source) {
    while (held + part.byteLength >= size) {
      const wanted = size - held;
      yield Buffer.concat([...parts, part.subarray(0, wanted)], size);
      part = part.subarray(wanted);
      parts = [];
      held = 0;
    }
    if (part.byteLength === 0) continue;
    parts.push(part);
    held += part.byteLength;
  }
  if (held > 0) yield Buffer.concat(parts, held);
}

async function* readChunks(
  chunks: Collection<Chunk>,
  files_id: ObjectId,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  const last = Math.floor(end / CHUNK_BYTES);
  // Bounded on both sides: a stand-in reads every chunk of a file before it sorts them.
  for (let n = Math.floor(start / CHUNK_BYTES); n <= last; n += CHUNKS_AT_ONCE) {
    const to = Math.min(n + CHUNKS_AT_ONCE, last + 1);
    const found = await orUnavailable(() => chunks.find({ files_id, n: { $gte: n, $lt: to } }).toArray());
    if (found.length !== to - n) throw new Error(`chunks ${n} to ${to - 1} of a file are not all there`);
    for (const chunk of found.sort((one, other) => one.n - other.n)) {
      const offset = chunk.n * CHUNK_BYTES;
      yield Buffer.from(chunk.data.buffer).subarray(Math.max(0, start - offset), end + 1 - offset);
    }
  }
}

/** The bytes from `start` to `end`, both included, read as they are asked for. */
export const openChunks = (chunks: Collection<Chunk>, id: ObjectId, range: ByteRange): Readable =>
  range.end < range.start
    ? Readable.from([], { objectMode: false })
    : Readable.from(readChunks(chunks, id, range), { objectMode: false });

export const chunkOf = (files_id: ObjectId, n: number, data: Buffer): Chunk => ({
  files_id,
  n,
  data: new Binary(data),
});
