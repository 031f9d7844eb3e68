import { WildcatError } from '../errors.ts';
import { hasBlob, verifyBlobs } from './blobs.ts';
import type { OnProgress } from './export.ts';
import { type Manifest, readManifest, type Segment } from './manifest.ts';
import { readSegment } from './segments.ts';

/** Goes through one file, with every check of `readSegment`, and sees that what its events refer to is there. */
async function* checked(dir: string, segment: Segment): AsyncGenerator<number> {
  for await (const { message, blobs } of readSegment(dir, segment)) {
    for (const blob of blobs)
      if (!(await hasBlob(dir, blob)))
        throw new WildcatError(
          'unprocessable',
          `${segment.file} refers, at position ${message.seq}, to the blob ${blob.sha256} of ${blob.length} bytes, which is not in the archive`,
        );
    yield message.seq;
  }
}

const verifySegments = async (
  dir: string,
  manifest: Manifest,
  { signal, onProgress }: Readonly<{ signal: AbortSignal; onProgress: OnProgress }>,
): Promise<void> => {
  let messages = 0;
  let last = manifest.from - 1;
  for (const segment of manifest.segments) {
    if (segment.first <= last || segment.last > manifest.to)
      throw new WildcatError('unprocessable', `${segment.file} does not follow the one before it`);
    for await (const position of checked(dir, segment)) {
      signal.throwIfAborted();
      messages += 1;
      if (messages % 1_000 === 0) onProgress({ messages, position });
    }
    last = segment.last;
  }
  if (messages !== manifest.messages)
    throw new WildcatError(
      'unprocessable',
      `The segments hold ${messages} messages, not ${manifest.messages}`,
    );
};

/**
 * Reads all of an archive and compares it with its checksums; memory stays flat. Throws `unprocessable`, naming the
 * first file that is damaged or missing.
 */
export const verifyArchive = async (
  dir: string,
  options: Readonly<{ signal: AbortSignal; onProgress: OnProgress }>,
): Promise<Readonly<{ manifest: Manifest; blobs: number }>> => {
  const manifest = await readManifest(dir);
  await verifySegments(dir, manifest, options);
  return { manifest, blobs: await verifyBlobs(dir, options.signal) };
};
