import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Something that is measured once per round; higher is better, in the figure's unit. */
export type Contender = Readonly<{ name: string; measure: () => Promise<number> }>;

export type Series = Readonly<{ name: string; values: readonly number[] }>;

/** `others`: share of all cores (0 to 1) that was busy just before each measurement, when nothing of ours was. */
export type Rounds = Readonly<{ series: readonly Series[]; others: readonly number[] }>;

const LOOK_MS = 400;
const SETTLE_MS = 600;

const cpuTimes = () => {
  const times = cpus().map(({ times: { idle, user, nice, sys, irq } }) => ({
    idle,
    all: idle + user + nice + sys + irq,
  }));
  return {
    idle: times.reduce((sum, { idle }) => sum + idle, 0),
    all: times.reduce((sum, { all }) => sum + all, 0),
  };
};

const busyShare = async (): Promise<number> => {
  const before = cpuTimes();
  await pause(LOOK_MS);
  const after = cpuTimes();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
};

/**
 * Measures contenders in turns (A B C, A B C, …), since the machine is never equally quiet for long, after one round
 * that does not count: caches, compiled code and Signal sessions are as they would be in a service that runs.
 */
export const interleave = async (
  contenders: readonly Contender[],
  count: number,
  say: (line: string) => void,
): Promise<Rounds> => {
  const values = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  const others: number[] = [];
  for (let round = 0; round <= count; round++) {
    const told: string[] = [];
    for (const { name, measure } of contenders) {
      await pause(SETTLE_MS);
      const busy = await busyShare();
      const value = await measure();
      told.push(`${name} ${format(value)}`);
      if (round === 0) continue;
      others.push(busy);
      values.get(name)?.push(value);
    }
    const name = round === 0 ? 'warm-up' : `round ${round}`;
    say(`  ${name}: ${told.join(', ')} (load ${loadavg()[0]?.toFixed(1)})`);
  }
  return { series: [...values].map(([name, found]) => ({ name, values: found })), others };
};

/** Runs `measure` and keeps in `used` how much processor time the process took for each of `count` things. */
export const metered = async (
  { used, cpu, count }: Readonly<{ used: number[]; cpu: () => number; count: number }>,
  measure: () => Promise<number>,
): Promise<number> => {
  const before = cpu();
  const value = await measure();
  used.push((cpu() - before) / count);
  return value;
};

/** The value below which a share of all lies. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Three digits that count. */
export const format = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
