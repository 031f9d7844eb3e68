import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WildcatError } from '../errors.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { StreamState } from '../ports/event-log.ts';
import type { Files } from '../ports/files.ts';
import type { RawLog, RawMessage } from '../ports/raw-log.ts';
import { hasBlob, writeBlob } from './blobs.ts';
import { type Archived, type Attached, type Reference, referencesOf } from './line-codec.ts';
import { type Manifest, writeManifest } from './manifest.ts';
import { writeSegments } from './segments.ts';

/** Told now and then how many messages are done, and up to which position. */
export type OnProgress = (done: Readonly<{ messages: number; position: number }>) => void;

type ExportDeps = Readonly<{
  log: Pick<RawLog, 'state' | 'read'>;
  blobs: Pick<Blobs, 'get'>;
  files: Pick<Files, 'findById' | 'open'>;
  now: () => Date;
  signal: AbortSignal;
  onProgress: OnProgress;
  /** Told of what an event names and nobody has any more. */
  onMissing: (seq: number, reference: Reference) => void;
}>;

/** What to export; left out: all accounts, from the beginning, to the present end. Positions are included. */
export type ExportWish = Readonly<{
  account?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  /** Characters of text per segment, for specs. */
  segmentChars?: number | undefined;
}>;

const OURS = new Set(['segments', 'blobs', 'manifest.json.part']);

/** Makes the directory, or clears away what an interrupted export left in it; blobs stay, they bear their hashes. */
const prepare = async (dir: string): Promise<void> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const other = (await readdir(dir)).find((name) => !OURS.has(name));
  if (other !== undefined)
    throw new WildcatError('already_exists', `${dir} holds ${other} already: give a new or empty directory`);
  await rm(join(dir, 'segments'), { recursive: true, force: true });
  await mkdir(join(dir, 'segments'), { mode: 0o700 });
};

/** The stretch that is meant. Throws `invalid` where the log has no such stretch. */
export const rangeOf = (wish: ExportWish, state: StreamState): Readonly<{ from: number; to: number }> => {
  const { from = state.purgedUpto + 1, to = state.lastSeq } = wish;
  if (from <= state.purgedUpto)
    throw new WildcatError(
      'invalid',
      `--from ${from}: the log was purged up to ${state.purgedUpto}, which the archive of then holds`,
    );
  if (to > state.lastSeq) throw new WildcatError('invalid', `--to ${to}: the log ends at ${state.lastSeq}`);
  if (state.lastSeq <= state.purgedUpto) throw new WildcatError('invalid', 'The log holds nothing to export');
  if (from > state.lastSeq)
    throw new WildcatError('invalid', `--from ${from}: the log ends at ${state.lastSeq}`);
  if (from > to) throw new WildcatError('invalid', `There is nothing from ${from} to ${to}`);
  return { from, to };
};

const attach = async (
  { blobs, files }: ExportDeps,
  dir: string,
  account: string,
  reference: Reference,
): Promise<Attached | null> => {
  if (reference.kind === 'blob') {
    const { sha256 } = reference;
    const bytes = await blobs.get(account, sha256);
    if (bytes === null) return null;
    const attached = { kind: 'blob', account, sha256, length: bytes.byteLength } as const;
    if (!(await hasBlob(dir, attached))) await writeBlob(dir, attached, ofOne(bytes));
    return attached;
  }
  const file = await files.findById(reference.id);
  if (file === null) return null;
  if (!(await hasBlob(dir, file))) await writeBlob(dir, file, files.open(file));
  return { kind: 'file', ...file };
};

/** What a purge has taken away before it was read would be missing, and nothing would say so. */
const insistOnWhole = (before: StreamState, { created, purgedUpto }: StreamState, from: number): void => {
  if (created === before.created && purgedUpto < from) return;
  throw new WildcatError(
    'version_conflict',
    `The log was purged up to ${purgedUpto} meanwhile: begin the export again, in an empty directory`,
  );
};

async function* ofOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * Writes a stretch of the log, and what its events refer to, into a directory, the manifest last. Memory stays flat.
 * Throws `invalid` for a stretch that is not there, `already_exists` for a directory in use, `version_conflict` where a
 * purge came in between, and what `signal` was aborted with: no archive is left then, and the same call begins it anew.
 */
export const exportLog = async (deps: ExportDeps, dir: string, wish: ExportWish): Promise<Manifest> => {
  const { log, signal, now } = deps;
  const state = await log.state();
  const { from, to } = rangeOf(wish, state);
  await prepare(dir);
  let [messages, missing] = [0, 0];

  const archived = async (message: RawMessage): Promise<Archived> => {
    const account = message.subject.split('.')[1] ?? '';
    const blobs: Attached[] = [];
    for (const reference of referencesOf(message.payload)) {
      const attached = await attach(deps, dir, account, reference);
      if (attached !== null) blobs.push(attached);
      else {
        missing += 1;
        deps.onMissing(message.seq, reference);
      }
    }
    return { message, blobs };
  };
  const source = async function* (): AsyncGenerator<Archived> {
    const subjects = [wish.account === undefined ? 'wildcat.>' : `wildcat.${wish.account}.>`];
    for await (const batch of log.read({ subjects, after: from - 1, until: to }, signal)) {
      for (const message of batch) yield await archived(message);
      messages += batch.length;
      deps.onProgress({ messages, position: batch.at(-1)?.seq ?? 0 });
    }
    signal.throwIfAborted();
  };
  const [first, ...others] = await writeSegments(dir, source(), signal, wish.segmentChars);
  if (first === undefined)
    throw new WildcatError('not_found', `The log holds nothing of that from ${from} to ${to}`);
  insistOnWhole(state, await log.state(), from);
  const manifest: Manifest = {
    format: 'wildcat-archive',
    version: 1,
    exportedAt: now().toISOString(),
    stream: { name: 'WILDCAT', created: state.created },
    account: wish.account ?? null,
    from,
    to,
    messages,
    missingBlobs: missing,
    segments: [first, ...others],
  };
  await writeManifest(dir, manifest);
  return manifest;
};
