import { createFileRestore } from '../adapters/mongo/file-restore.ts';
import { createFileStore } from '../adapters/mongo/file-store.ts';
import { exportLog, type OnProgress } from '../archive/export.ts';
import { importLog } from '../archive/import.ts';
import { type Manifest, readManifest } from '../archive/manifest.ts';
import { purgeLog } from '../archive/purge.ts';
import { verifyArchive } from '../archive/verify.ts';
import type { Verb } from '../cli.ts';
import type { Config } from '../config.ts';
import { createFailpoint } from '../failpoints.ts';
import { createClosers } from './closers.ts';
import { toldToOperators } from './operators.ts';
import { readersOf } from './readers.ts';
import { runRebuild } from './rebuild-verb.ts';
import { layVerbFoundation, type VerbFoundation } from './verb-foundation.ts';

type Context = Readonly<{ config: Config; say: (line: string) => void; signal: AbortSignal }>;
type Named<Name extends Verb['name']> = Extract<Verb, { name: Name }>;

const PROGRESS_MS = 2_000;
/** What a directory's name looks like: what JSON would escape could move a terminal's cursor. */
const shown = (dir: string): string => JSON.stringify(dir);

/** Says how far it is every two seconds. */
const teller = (say: (line: string) => void, what: string): OnProgress => {
  const began = performance.now();
  let told = began;
  return ({ messages, position }) => {
    const now = performance.now();
    if (now - told < PROGRESS_MS) return;
    told = now;
    const rate = Math.round(messages / ((now - began) / 1_000));
    say(`${what} ${messages} messages, up to position ${position}, ${rate}/s`);
  };
};

const tell = (manifest: Manifest): string =>
  `${manifest.messages} messages from ${manifest.from} to ${manifest.to}${manifest.account === null ? '' : ` of account ${manifest.account}`} in ${manifest.segments.length} segments`;

const runExport = async (
  verb: Named<'export'>,
  { log, databases, blobs, now }: VerbFoundation,
  context: Context,
) => {
  const { say, signal } = context;
  const files = await createFileStore(databases.state, now);
  const onMissing = (seq: number, reference: object): void =>
    say(`event ${seq} refers to what is not kept any more: ${JSON.stringify(reference)}`);
  const onProgress = teller(say, 'exported');
  const manifest = await exportLog({ log, blobs, files, now, signal, onProgress, onMissing }, verb.dir, verb);
  say(`exported ${tell(manifest)} to ${shown(verb.dir)}`);
};

const runImport = async (
  verb: Named<'import'>,
  { log, databases, blobs, now }: VerbFoundation,
  context: Context,
) => {
  const { say, signal, config } = context;
  const { messages, end } = await importLog(
    {
      log,
      blobs,
      restoreFile: createFileRestore(databases.state, now),
      signal,
      failpoint: createFailpoint(config.WILDCAT_FAILPOINT),
      onProgress: teller(say, 'imported'),
      onVerified: (manifest, after) => {
        say(`verified ${tell(manifest)}`);
        if (after === 0 && manifest.from > 1)
          say(`the archive begins at ${manifest.from}: what came before is not in it`);
        if (after > 0) say(`going on after ${after}`);
      },
    },
    verb.dir,
  );
  say(`imported ${messages} messages, the log ends at ${end}`);
};

const runPurge = async (
  { upto, dir }: Named<'purge'>,
  foundation: VerbFoundation,
  { say, signal }: Context,
) => {
  const { manifest } = await verifyArchive(dir, { signal, onProgress: teller(say, 'verified') });
  await purgeLog(foundation.log, upto, manifest, await readersOf(foundation));
  const { messages, bytes } = await foundation.log.state();
  say(`purged up to ${upto}: the log keeps ${messages} messages in ${bytes} bytes`);
};

const runVerify = async ({ dir }: Named<'verify-archive'>, { say, signal }: Context) => {
  const { manifest, blobs } = await verifyArchive(dir, { signal, onProgress: teller(say, 'verified') });
  say(`verified ${tell(manifest)}, and ${blobs} blobs`);
  if (manifest.missingBlobs > 0) say(`the origin no longer had ${manifest.missingBlobs} blobs`);
};

const runOn = async (
  verb: Exclude<Verb, Named<'verify-archive'>>,
  foundation: VerbFoundation,
  context: Context,
) => {
  switch (verb.name) {
    case 'export':
      return runExport(verb, foundation, context);
    case 'import':
      return runImport(verb, foundation, context);
    case 'purge':
      return runPurge(verb, foundation, context);
    case 'rebuild':
      return runRebuild(verb, foundation, context);
  }
};

/**
 * Does what was asked for on the command line and ends what it started. Throws what the verb throws, `misconfigured`
 * where NATS or MongoDB can't be had, and what `signal` was aborted with.
 */
export const runVerb = async (verb: Verb, context: Context): Promise<void> => {
  if (verb.name === 'verify-archive') return runVerify(verb, context);
  // nothing is started for a directory that holds no archive
  if (verb.name === 'import' || verb.name === 'purge') await readManifest(verb.dir);
  const closers = createClosers();
  try {
    const how = verb.name === 'import' ? 'alone' : 'beside';
    await runOn(
      verb,
      await layVerbFoundation(context.config, closers, { how, signal: context.signal }),
      context,
    );
  } catch (error) {
    throw toldToOperators(error);
  } finally {
    await closers.close();
  }
};
