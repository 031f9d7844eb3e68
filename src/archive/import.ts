import { setTimeout as pause } from 'node:timers/promises';
import { WildcatError } from '../errors.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { RestoreFile } from '../ports/files.ts';
import type { RawLog } from '../ports/raw-log.ts';
import { openBlob } from './blobs.ts';
import type { OnProgress } from './export.ts';
import type { Archived, Attached } from './line-codec.ts';
import type { Manifest } from './manifest.ts';
import { type Origin, originHeaders, originOf, resumeAfter, seriesOf } from './origin.ts';
import { readSegment } from './segments.ts';
import { verifyArchive } from './verify.ts';

type ImportDeps = Readonly<{
  log: Pick<RawLog, 'state' | 'last' | 'append'>;
  blobs: Pick<Blobs, 'put'>;
  restoreFile: RestoreFile;
  signal: AbortSignal;
  onVerified: (manifest: Manifest, after: number) => void;
  onProgress: OnProgress;
  /** Only crash tests do anything here. */
  failpoint: (name: string) => void;
}>;

/** `end`: position of the last message in the log that was imported into. */
export type Imported = Readonly<{ manifest: Manifest; messages: number; end: number }>;

const WINDOW = 256;
const WINDOW_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 250;
const PATIENCE_MS = 60_000;

/** The archive's messages after a position, in windows that are appended at once. */
async function* windowsOf(dir: string, manifest: Manifest, after: number): AsyncGenerator<Archived[]> {
  let window: Archived[] = [];
  let bytes = 0;
  for (const segment of manifest.segments.filter(({ last }) => last > after)) {
    for await (const archived of readSegment(dir, segment)) {
      if (archived.message.seq <= after) continue;
      window.push(archived);
      bytes += archived.message.payload.length;
      if (window.length < WINDOW && bytes < WINDOW_BYTES) continue;
      yield window;
      [window, bytes] = [[], 0];
    }
  }
  if (window.length > 0) yield window;
}

/** As when an event is appended at first: what it refers to is durable before it. */
const restore = async ({ blobs, restoreFile }: ImportDeps, dir: string, blob: Attached): Promise<void> => {
  if (blob.kind === 'file') return restoreFile(blob, openBlob(dir, blob));
  const parts: Uint8Array[] = [];
  for await (const part of openBlob(dir, blob)) parts.push(part);
  await blobs.put(blob.account, Buffer.concat(parts));
};

const overtaken = (): WildcatError =>
  new WildcatError(
    'version_conflict',
    'Somebody else writes to the log that is imported into: stop that service, and begin with an empty log',
  );

/** Whether a window is in the log whose append went wrong, by what the log itself ends with. */
const isStored = async (
  { log }: ImportDeps,
  at: Readonly<{ end: number; origin: Origin }>,
  window: readonly Archived[],
): Promise<boolean> => {
  const last = await log.last();
  if ((last?.seq ?? 0) === at.end) return false;
  const done = last === null ? null : originOf(last, at.origin);
  if (last?.seq === at.end + window.length && done?.position === window.at(-1)?.message.seq) return true;
  throw overtaken();
};

/** Resolves with where the log ends then. */
const appendWindow = async (
  deps: ImportDeps,
  at: Readonly<{ end: number; origin: Origin }>,
  window: readonly Archived[],
): Promise<number> => {
  const messages = window.map(({ message }) => ({ ...message, headers: originHeaders(message, at.origin) }));
  for (const deadline = performance.now() + PATIENCE_MS; ; ) {
    const trouble = await deps.log.append(at.end, messages);
    if (trouble === null || (await isStored(deps, at, window))) return at.end + window.length;
    if (performance.now() > deadline)
      throw new WildcatError('unavailable', `The log takes nothing more (${trouble}): import again to go on`);
    await pause(RETRY_MS);
  }
};

/**
 * Appends an archive to an empty log, or goes on with what was begun. All checksums are verified before the first
 * append. Throws `unprocessable` for a damaged archive, `already_exists` for a log that holds something else,
 * `version_conflict` where somebody else writes to it meanwhile, and what `signal` was aborted with: the same call
 * goes on then, as after a kill.
 */
export const importLog = async (deps: ImportDeps, dir: string): Promise<Imported> => {
  const { log, signal } = deps;
  const { manifest } = await verifyArchive(dir, { signal, onProgress: () => undefined });
  const origin = seriesOf(manifest);
  const [state, last] = await Promise.all([log.state(), log.last()]);
  const after = resumeAfter(manifest, state, last);
  deps.onVerified(manifest, after);
  let end = state.lastSeq;
  let messages = 0;
  for await (const window of windowsOf(dir, manifest, after)) {
    signal.throwIfAborted();
    for (const { blobs } of window) for (const blob of blobs) await restore(deps, dir, blob);
    end = await appendWindow(deps, { end, origin }, window);
    messages += window.length;
    deps.onProgress({ messages, position: window.at(-1)?.message.seq ?? 0 });
    deps.failpoint('import.window');
  }
  return { manifest, messages, end };
};
