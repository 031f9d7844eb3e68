import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { succeeds, WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Lock, ServerKey } from './lock.ts';
import { freePort, isFree } from './ports.ts';
import { stopProcess } from './process.ts';
import { adoptProgram, type Running, startProgram } from './run.ts';
import { supervise } from './supervise.ts';
import type { Program } from './types.ts';

/** A server in use, whoever runs it. */
export type Served = {
  readonly url: string;
  /** Ends it, to be started again at once; null where it is not ours to end. */
  readonly restart: (() => Promise<void>) | null;
  readonly close: () => Promise<void>;
};

/** What it takes to run a program as a server of this data directory. */
type Hosting = {
  readonly key: ServerKey;
  readonly lock: Lock;
  readonly log: Logger;
  /** Gives a start up. */
  readonly signal?: AbortSignal | undefined;
};

/** For a server that does not answer any more. */
const GRACE_MS = 5_000;

// The same port as last time, so that whoever looks at the server from outside finds it again.
const choosePort = async (program: Program): Promise<number> => {
  await mkdir(program.dir, { recursive: true });
  const file = join(program.dir, 'port');
  const kept = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10) || undefined;
  if (kept !== undefined && !(await isFree(kept))) await refuseOwn(program, kept);
  const port = await freePort(kept);
  await writeFile(file, `${port}\n`);
  return port;
};

// A server of this directory that no lock knows: two on one store would ruin it.
const refuseOwn = async (program: Program, port: number): Promise<void> => {
  if (!(await succeeds(program.ready(port)))) return;
  throw new WildcatError(
    'misconfigured',
    `A ${program.name} that nobody owns runs on port ${port} with the data of ${program.dir}. End it and start again`,
  );
};

/** Takes over what a dead owner left running, or ends it if it doesn't answer. */
const adoptLeft = async (program: Program, { key, lock, log, signal }: Hosting): Promise<Running | null> => {
  const left = lock.left[key];
  if (left === undefined) return null;
  const running = await adoptProgram(program, left, { log, signal });
  if (running === null) await stopProcess(left, GRACE_MS);
  else await lock.note(key, left);
  return running;
};

const startOnPort = async (program: Program, { key, lock, log, signal }: Hosting): Promise<Running> => {
  const port = await choosePort(program);
  return startProgram(program, port, { onSpawn: (id) => lock.note(key, { ...id, port }), log, signal });
};

/**
 * Runs the program as a supervised server of the locked data directory: adopts the one that a dead owner left, else
 * starts it. Logs one line on what was taken.
 * @throws as `startProgram` does
 */
export const openEmbedded = async (program: Program, hosting: Hosting): Promise<Served> => {
  const { key, lock, log } = hosting;
  const began = Date.now();
  const adopted = await adoptLeft(program, hosting);
  const running = adopted ?? (await startOnPort(program, hosting));
  const taken = adopted === null ? program.taken : `${program.taken}, adopted`;
  log.info({ taken, url: running.url, ms: Date.now() - began }, `${program.name} ready`);
  return supervise(program, running, { log, onSpawn: (id, port) => lock.note(key, { ...id, port }) });
};
