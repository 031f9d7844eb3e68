#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { HELP, readCommandLine, type Verb } from './cli.ts';
import { runVerb } from './compose/verbs.ts';
import { VERSION } from './compose/version.ts';
import { compose } from './compose.ts';
import { ConfigError, loadDotEnv, readConfig } from './config.ts';
import { codeOf, WildcatError } from './errors.ts';

// A stop that takes longer has lost more than it can still save: what is not durable by then comes again.
const STOP_LIMIT_MS = 25_000;

// What is young is bounded where Node is called (package.json, Dockerfile): V8 reads that limit before any of this.
// Left alone, V8 lets the heap grow fourfold in a burst before it looks for garbage, and never gives that back.
setFlagsFromString('--heap-growing-percent=50');

// whoever read our output may be gone (`| tee log` and Ctrl-C), or its disk full: no reason to end halfway
let untold: Error | null = null;
process.stdout.on('error', (error) => {
  if (codeOf(error) !== 'EPIPE') untold ??= error;
});
process.stderr.on('error', () => undefined);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** Throws where what was said could not be written; a reader who has left (`| head`) has what he wanted. */
const insistTold = async (): Promise<void> => {
  await new Promise((resolve) => process.stdout.write('', resolve));
  if (untold === null) return;
  throw new WildcatError('unavailable', `done, but its answer could not be written: ${untold.message}`);
};

/** People read what they can mend, such as what their system refuses; a bug shows its stack. */
const explain = (error: unknown): string => {
  if (error instanceof ConfigError || error instanceof WildcatError) return error.message;
  if (error instanceof Error && 'syscall' in error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

const cutShort = (): void => {
  complain(`wildcat: not all had ended after ${STOP_LIMIT_MS / 1_000} s`);
  process.exit(1);
};

/** Aborts `stopping` with the first one; others change nothing (npm sends each of a terminal's twice). */
const exitOnSignal = (stopping: AbortController, stop: () => Promise<void>): void => {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) return;
    stopping.abort(new Error(`stopped by ${signal}`));
    say(`wildcat stopping (${signal})`);
    setTimeout(cutShort, STOP_LIMIT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        complain(`wildcat: ${explain(error)}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
};

const startService = async (): Promise<void> => {
  const stopping = new AbortController();
  // what a start fails at that is given up (a Ctrl-C ends what it needs, too) is no news
  const starting = compose(readConfig(), stopping.signal).catch((error: unknown) => {
    if (stopping.signal.aborted) return null;
    throw error;
  });
  // from the first moment: the servers it starts would outlive it
  exitOnSignal(stopping, async () => (await starting)?.stop());
  const service = await starting;
  if (service !== null && !stopping.signal.aborted) say(`wildcat listening on ${service.url}`);
};

const afterStop: Partial<Record<Verb['name'], string>> = {
  import: 'The same call goes on from here.',
  rebuild: 'The service goes on with it; the same call tells how.',
};

/** Ends the process once it is done: 0, 1 for what went wrong, 130 where a signal cut it short. */
const run = async (verb: Verb): Promise<void> => {
  const interrupted = new AbortController();
  // a second one ends it the hard way
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.once(signal, () => interrupted.abort(new Error(`stopped by ${signal}`)));
  try {
    await runVerb(verb, { config: readConfig(), say, signal: interrupted.signal });
    await insistTold();
    process.exit(0);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    complain(`wildcat: ${verb.name} was stopped. ${afterStop[verb.name] ?? 'The same call begins anew.'}`);
    process.exit(130);
  }
};

const asked = readCommandLine(process.argv.slice(2));
try {
  loadDotEnv();
  if (asked.kind === 'start') await startService();
  else if (asked.kind === 'verb') await run(asked.verb);
  else if (asked.kind !== 'wrong') {
    say(asked.kind === 'help' ? HELP : VERSION);
    await insistTold();
  } else {
    complain(`wildcat: ${asked.problem} (wildcat --help shows how it is used)`);
    process.exit(2);
  }
} catch (error) {
  complain(`wildcat: ${explain(error)}`);
  process.exit(1);
}
