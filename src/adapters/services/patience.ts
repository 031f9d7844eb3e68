import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { procStat } from './process.ts';

const run = promisify(execFile);

/**
 * How long a start may take, in ms: without being busy (looked at once in that time), and in all; and how often it is
 * told that it goes on.
 */
export type Patience = Readonly<{ idleMs: number; maxMs: number; tellMs: number }>;

/** A log of many GiB is read through before its server answers, at whatever pace the disk has. */
export const PATIENCE: Patience = { idleMs: 60_000, maxMs: 1_800_000, tellMs: 60_000 };

/** Share of a CPU from which on a server is at work; one that only waits takes about a hundredth. */
const BUSY = 0.05;
/** Of a second; the same on every Linux that Node runs on. */
const TICKS = 100;

// utime and stime
const fromProc = (fields: readonly string[]): number =>
  ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;

// ps(1): [[dd-]hh:]mm:ss
const fromPs = (time: string): number =>
  time
    .trim()
    .split(/[-:]/)
    .reverse()
    .reduce((sum, part, index) => sum + Number(part) * ([1, 60, 3_600, 86_400][index] ?? 0), 0) * 1_000;

/** CPU time that a process has taken so far, in ms; null where that can't be seen. */
const cpuMsOf = async (pid: number): Promise<number | null> => {
  const asked =
    process.platform === 'linux'
      ? procStat(pid).then(fromProc)
      : run('ps', ['-o', 'time=', '-p', String(pid)]).then(({ stdout }) => fromPs(stdout));
  const found = await asked.catch(() => null);
  return found === null || Number.isNaN(found) ? null : found;
};

/** Who waits: until `signal`, and is told now and then that the process is at work. */
type Waiting = Readonly<{ signal: AbortSignal; onBusy: () => void }>;

/** Resolves once that process has been idle for too long, or has taken too long in all; or with `signal`. */
export const outOfPatience = async (
  pid: number,
  { idleMs, maxMs, tellMs }: Patience,
  { signal, onBusy }: Waiting,
): Promise<void> => {
  const end = performance.now() + maxMs;
  let told = performance.now();
  let before = await cpuMsOf(pid);
  while (!signal.aborted) {
    await sleep(idleMs, undefined, { signal }).catch(() => {});
    const now = await cpuMsOf(pid);
    const isBusy = before !== null && now !== null && now - before >= BUSY * idleMs;
    if (!isBusy || performance.now() >= end) return;
    before = now;
    if (signal.aborted || performance.now() - told < tellMs) continue;
    told = performance.now();
    onBusy();
  }
};
