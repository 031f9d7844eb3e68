import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

const READY_POLL_MS = 20;
const ADOPT_LIMIT_MS = 5_000;
const WATCH_MS = 500;

const outputOf = (program: Program) => join(program.dir, 'output.log');

const lastLines = async (program: Program): Promise<string> => {
  const text = await readFile(outputOf(program), 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join('\n');
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
    const answered = await program.ready(port).then(
      () => true,
      () => false,
    );
    if (answered) return !stop();
    await sleep(READY_POLL_MS);
  }
  return false;
};

/**
 * Starts the program on that loopback port and resolves when it answers there.
 * `onSpawn` is told of the process before; where that rejects the process is ended.
 * @throws Error with the end of its output if it ends before, or doesn't answer and has nothing to do (it is ended then)
 */
export const startProgram = async (
  program: Program,
  port: number,
  onSpawn: (id: ProcessId) => Promise<void> = () => Promise.resolve(),
  patience: Patience = PATIENCE,
): Promise<Running> => {
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
      if (found !== null) await onSpawn(found);
      return found;
    })
    .catch(async (error: unknown) => {
      // nobody knows of it, and two on one store would ruin it
      child.ref();
      child.kill('SIGKILL');
      await exited;
      throw error;
    });
  const answered = new AbortController();
  let late = false;
  void outOfPatience(id?.pid ?? 0, patience, answered.signal).then(() => {
    late = true;
  });
  const answers = id !== null && (await answersWithin(program, port, () => gone || late));
  answered.abort();
  if (answers) return { id, port, url: program.url(port), exited };
  const why = gone ? 'ended before it answered' : 'did not answer in time';
  if (id !== null) await stopProcess(id, 1_000);
  throw new Error(`${program.name} (${program.taken}) ${why}\n${await lastLines(program)}`);
};

/** Takes over a server that an earlier owner left running, or resolves null if it is gone or doesn't answer. */
export const adoptProgram = async (
  program: Program,
  id: ProcessId,
  port: number,
): Promise<Running | null> => {
  if (!(await isRunning(id))) return null;
  const deadline = Date.now() + ADOPT_LIMIT_MS;
  if (!(await answersWithin(program, port, () => Date.now() > deadline))) return null;
  return { id, port, url: program.url(port), exited: watchProcess(id, WATCH_MS) };
};
