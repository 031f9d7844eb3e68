import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { damaged, sizeOfFile, whyOf } from './damage.ts';
import { hashing } from './hashing.ts';
import { type Archived, decodeLine, encodeLine } from './line-codec.ts';
import type { Segment } from './manifest.ts';

/** How much goes into one file, before compression. */
const SEGMENT_CHARS = 128 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** Far more than a message and what it names: what is longer is none, and could be made of a few bytes. */
const MAX_LINE = 16 * 1024 * 1024;

type Open = Readonly<{ dir: string; file: string; signal: AbortSignal; limit: number }>;

/** Writes one file from `first` on, and gives what is left over for the next one. */
const writeSegment = async (
  { dir, file, signal, limit }: Open,
  first: Archived,
  source: AsyncIterator<Archived>,
): Promise<Readonly<{ segment: Segment; next: Archived | null }>> => {
  const hash = createHash('sha256');
  let [messages, last] = [0, 0];
  let next: Archived | null = first;
  const lines = async function* () {
    for (let chars = 0; next !== null && chars < limit; ) {
      const text = `${encodeLine(next)}\n`;
      chars += text.length;
      messages += 1;
      last = next.message.seq;
      yield text;
      const result: IteratorResult<Archived> = await source.next();
      next = result.done === true ? null : result.value;
    }
  };
  const to = createWriteStream(join(dir, file), { mode: 0o600, flush: true });
  await pipelined(lines, createGzip({ level: 6 }), hashing(hash), to, { signal });
  const { bytesWritten: bytes } = to;
  const segment = { file, sha256: hash.digest('hex'), bytes, messages, first: first.message.seq, last };
  return { segment, next };
};

/** Writes all of `source` into compressed files, each fsynced, of `limit` characters of text and what the last line adds. */
export const writeSegments = async (
  dir: string,
  source: AsyncIterable<Archived>,
  signal: AbortSignal,
  limit = SEGMENT_CHARS,
): Promise<Segment[]> => {
  const iterator = source[Symbol.asyncIterator]();
  const segments: Segment[] = [];
  try {
    const begin = await iterator.next();
    let next: Archived | null = begin.done === true ? null : begin.value;
    while (next !== null) {
      const file = `segments/${String(segments.length + 1).padStart(6, '0')}.ndjson.gz`;
      const written = await writeSegment({ dir, file, signal, limit }, next, iterator);
      segments.push(written.segment);
      next = written.next;
    }
    return segments;
  } finally {
    await iterator.return?.();
  }
};

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const parts = chunk.split('\n');
    parts[0] = rest + (parts[0] ?? '');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE) throw new Error(`it has more than ${MAX_LINE} characters`);
    yield* parts;
  }
  if (rest !== '') yield rest;
}

/**
 * The messages of one file. What is given before the end is not known to be sound yet: the checksum stands at the end.
 * Throws `unprocessable` where checksum, size, count or order are not those of the manifest.
 */
export async function* readSegment(dir: string, segment: Segment): AsyncGenerator<Archived> {
  const { file, sha256 } = segment;
  const path = join(dir, file);
  const size = await sizeOfFile(path).catch((error: unknown) => {
    throw damaged(file, whyOf(error), error);
  });
  if (size !== segment.bytes)
    throw damaged(file, `it has ${size} bytes, not the ${segment.bytes} of the manifest`);
  const hash = createHash('sha256');
  let messages = 0;
  let last = segment.first - 1;
  const text = createGunzip({ chunkSize: CHUNK_BYTES });
  text.setEncoding('utf8');
  // an error of any part arrives at the last one, which is read below
  pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), hashing(hash), text, () => undefined);
  try {
    for await (const line of linesOf(text)) {
      const archived = decodeLine(line);
      if (archived.message.seq <= last) throw new Error(`position ${archived.message.seq} after ${last}`);
      last = archived.message.seq;
      messages += 1;
      yield archived;
    }
  } catch (error) {
    throw damaged(file, `line ${messages + 1}: ${whyOf(error)}`, error);
  }
  if (hash.digest('hex') !== sha256) throw damaged(file, 'its sha256 is not the one of the manifest');
  if (messages !== segment.messages || last !== segment.last)
    throw damaged(file, `it holds ${messages} messages up to ${last}, not what the manifest says`);
}
