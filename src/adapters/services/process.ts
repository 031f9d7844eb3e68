import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf } from '../../errors.ts';

const run = promisify(execFile);

/** A process for sure: its pid alone may be given to a stranger once it is gone. */
export type ProcessId = {
  readonly pid: number;
  /** Start time as the system tells it (clock ticks since boot, or a date); only ever compared. */
  readonly started: string;
};

const POLL_MS = 20;

/** What Linux tells of a process behind its name (proc_pid_stat(5)), which may hold spaces and brackets. */
export const procStat = async (pid: number): Promise<string[]> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

const fromProc = (fields: readonly string[]): string | null =>
  fields[0] === 'Z' ? null : (fields[19] ?? null);

/** Codes of a system that is short of something: no sign that a process is gone. */
const SHORT: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']);

const goneUnlessShort = (error: unknown): null => {
  if (SHORT.has(codeOf(error))) throw error;
  return null;
};

const fromPs = async (pid: number): Promise<string | null> => {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
    return stdout.trim() === '' || stdout.trim().startsWith('Z')
      ? null
      : stdout.trim().replace(/^\S+\s+/, '');
  } catch (error) {
    return goneUnlessShort(error);
  }
};

/**
 * The identity of a live process, or null if there is none under that pid (a zombie counts as none).
 * @throws Error where that can't be looked up, as when this process may open no more files
 */
export const identify = async (pid: number): Promise<ProcessId | null> => {
  const started =
    process.platform === 'linux' ? await procStat(pid).then(fromProc, goneUnlessShort) : await fromPs(pid);
  return started === null ? null : { pid, started };
};

/** Whether exactly this process, not a later one with its pid, is alive. */
export const isRunning = async (id: ProcessId): Promise<boolean> =>
  (await identify(id.pid))?.started === id.started;

const goneWithin = async (id: ProcessId, limitMs: number): Promise<boolean> => {
  const deadline = Date.now() + limitMs;
  while (await isRunning(id)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
};

/** Sends a signal to exactly this process; harmless if it is gone. */
export const signalProcess = async (id: ProcessId, signal: NodeJS.Signals): Promise<void> => {
  if (!(await isRunning(id))) return;
  try {
    process.kill(id.pid, signal);
  } catch {
    // it ended in between
  }
};

/**
 * Ends a process and resolves when it is gone: SIGTERM, and SIGKILL after `graceMs`.
 * @throws Error if it outlives even that (a process stuck in the kernel)
 */
export const stopProcess = async (id: ProcessId, graceMs: number): Promise<void> => {
  await signalProcess(id, 'SIGTERM');
  if (await goneWithin(id, graceMs)) return;
  await signalProcess(id, 'SIGKILL');
  if (!(await goneWithin(id, 5_000))) throw new Error(`process ${id.pid} does not end`);
};

/** Resolves when the process is gone; for one that is not our child. Keeps no program alive. */
export const watchProcess = async (id: ProcessId, everyMs: number): Promise<void> => {
  while (await isRunning(id).catch(() => true)) await sleep(everyMs, undefined, { ref: false });
};
