import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { succeeds, WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import { dirSize } from './dir-size.ts';
import { outOfPatience, PATIENCE, type Patience } from './patience.ts';
import { identify, isRunning, type ProcessId, stopProcess, watchProcess } from './process.ts';
import type { Program } from './types.ts';

/** A server that answers. */
export type Running = {
  readonly id: ProcessId;
  readonly port: number;
  readonly url: string;
  /** Resolves when the process is gone, however it went. */
  readonly exited: Promise<void>;
};

/** What goes along with a start. */
type Starting = Readonly<{
  /** Told of a new process before it answers; where that rejects the process is ended. */
  onSpawn?: (id: ProcessId) => Promise<void>;
  /** Gives the start up: the process is ended then. */
  signal?: AbortSignal | undefined;
  /** Is told that a long start goes on. */
  log?: Logger;
  patience?: Patience;
}>;

const READY_POLL_MS = 20;
/** One that a dead owner left has had its time to answer, unless it still reads its data. */
const ADOPTING: Patience = { ...PATIENCE, idleMs: 5_000 };
const GIVEN_UP_MS = 10_000;
const WATCH_MS = 500;

const outputOf = (program: Program) => join(program.dir, 'output.log');

const lastWords = async (program: Program): Promise<string> => {
  const file = outputOf(program);
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (text === '') return `It wrote nothing to ${file}: is that disk full?`;
  return `The end of ${file}:\n${text.split('\n').slice(-5).join('\n')}`;
};

// Output goes to a file and not into a pipe, and the process into a group of its own: it must survive the death
// of its owner, and a Ctrl-C in the owner's terminal must not reach it before the owner is done with it.
const launch = async (program: Program, port: number): Promise<ChildProcess> => {
  await program.prepare(port);
  const output = await open(outputOf(program), 'w');
  try {
    const child = spawn(program.command, [...program.args(port)], {
      cwd: program.dir,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    await once(child, 'spawn');
    child.unref();
    return child;
  } finally {
    await output.close();
  }
};

const answersWithin = async (program: Program, port: number, stop: () => boolean): Promise<boolean> => {
  while (!stop()) {
    if (await succeeds(program.ready(port))) return !stop();
    await sleep(READY_POLL_MS);
  }
  return false;
};

type Awaited = Readonly<{ program: Program; id: ProcessId; port: number }>;

/** Whether it answers before it is `gone`, patience ends, or the start is given up. */
const answersInTime = async (
  { program, id, port }: Awaited,
  { signal, log, patience = PATIENCE }: Starting,
  gone: () => boolean,
): Promise<boolean> => {
  const began = performance.now();
  const tell = async (): Promise<void> => {
    const seconds = Math.round((performance.now() - began) / 1_000);
    const bytes = await dirSize(program.dir);
    log?.info({ server: program.name, seconds, bytes }, 'server still reads its data, waiting for it');
  };
  const answered = new AbortController();
  let late = false;
  const waiting = { signal: answered.signal, onBusy: () => void tell() };
  void outOfPatience(id.pid, patience, waiting).then(() => {
    late = true;
  });
  const answers = await answersWithin(program, port, () => gone() || late || signal?.aborted === true);
  answered.abort();
  return answers;
};

/**
 * Starts the program on that loopback port and resolves when it answers there.
 * @throws WildcatError `misconfigured` with the end of its output if it ends before, or doesn't answer and has nothing
 * to do (it is ended then); the signal's reason where the start was given up
 */
export const startProgram = async (
  program: Program,
  port: number,
  starting: Starting = {},
): Promise<Running> => {
  const { onSpawn, signal } = starting;
  signal?.throwIfAborted();
  const child = await launch(program, port);
  let gone = false;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      gone = true;
      resolve();
    });
  });
  const id = await identify(child.pid ?? 0)
    .then(async (found) => {
      if (found !== null) await onSpawn?.(found);
      return found;
    })
    .catch(async (error: unknown) => {
      // nobody knows of it, and two on one store would ruin it
      child.ref();
      child.kill('SIGKILL');
      await exited;
      throw error;
    });
  const answers = id !== null && (await answersInTime({ program, id, port }, starting, () => gone));
  if (answers) return { id, port, url: program.url(port), exited };
  const why = gone ? 'ended before it answered' : 'did not answer in time';
  if (id !== null) await stopProcess(id, signal?.aborted === true ? GIVEN_UP_MS : 1_000);
  signal?.throwIfAborted();
  const told = `${program.name} (${program.taken}) ${why}. ${await lastWords(program)}`;
  throw new WildcatError('misconfigured', told);
};

/**
 * Takes over a server that an earlier owner left running, or resolves null if it is gone, or doesn't answer and has
 * nothing to do.
 */
export const adoptProgram = async (
  program: Program,
  { port, ...id }: ProcessId & Readonly<{ port: number }>,
  starting: Starting = {},
): Promise<Running | null> => {
  if (!(await isRunning(id))) return null;
  let gone = false;
  const exited = watchProcess(id, WATCH_MS).finally(() => {
    gone = true;
  });
  const patient = { patience: ADOPTING, ...starting };
  if (!(await answersInTime({ program, id, port }, patient, () => gone))) return null;
  return { id, port, url: program.url(port), exited };
};
