import { setTimeout as pause } from 'node:timers/promises';
import { openBare } from './bare.ts';
import { type Look, watchBurst } from './bursts.ts';
import type { Figure } from './figure.ts';
import { linesOf, ratioOf } from './report.ts';
import { interleave } from './rounds.ts';
import { openPaired, residentMiB } from './world.ts';

const SERVICE = 'wildcat, one idle account';
const BARE = 'bare Baileys, one idle account';
const IDLE_MS = 8_000;

/** Milliseconds per message between two shares of a burst. */
const pace = (looks: readonly Look[], count: number, [from, to]: readonly [number, number]): number => {
  const at = (share: number): Look =>
    looks.find(({ seen }) => seen >= share * count) ?? { ms: Number.NaN, seen: count };
  const [begin, end] = [from === 0 ? { ms: 0, seen: 0 } : at(from), at(to)];
  return (end.ms - begin.ms) / (end.seen - begin.seen);
};

/** Resident memory: an idle account beside a bare Baileys, and what a large burst leaves behind. */
export const memory: Figure = async ({ world, rounds, quick, say }) => {
  const count = quick ? 2_000 : 10_000;
  say('memory: processes that start, pair one account and idle');
  const idle = await interleave(
    [
      {
        name: BARE,
        measure: async () => {
          const bare = await openBare(world, 'memory');
          await pause(IDLE_MS);
          const resident = residentMiB(bare.pid);
          await bare.stop();
          return resident;
        },
      },
      {
        name: SERVICE,
        measure: async () => {
          const { service } = await openPaired(world);
          await pause(IDLE_MS);
          const resident = residentMiB(service.pid);
          await service.stop();
          return resident;
        },
      },
    ],
    rounds,
    say,
  );
  say(`memory: a burst of ${count} from 20 phones`);
  const paired = await openPaired(world);
  const { pid } = paired.service;
  await pause(IDLE_MS);
  const before = residentMiB(pid);
  const looks = await watchBurst(world, paired, 20, count);
  const peak = residentMiB(pid);
  await pause(IDLE_MS * 2);
  const after = residentMiB(pid);
  await paired.service.stop();
  const ms = 'ms/message';
  return {
    title: `memory: idle, and after ${count} messages`,
    lines: [
      ...linesOf(idle, 'MiB'),
      { label: `wildcat, before the burst`, unit: 'MiB', values: [before] },
      { label: `wildcat, at its end`, unit: 'MiB', values: [peak] },
      { label: `wildcat, ${(IDLE_MS * 2) / 1_000} s after it`, unit: 'MiB', values: [after] },
      { label: 'first quarter of the burst', unit: ms, values: [pace(looks, count, [0, 0.25])] },
      { label: 'second quarter', unit: ms, values: [pace(looks, count, [0.25, 0.5])] },
      { label: 'third quarter', unit: ms, values: [pace(looks, count, [0.5, 0.75])] },
      { label: 'last quarter', unit: ms, values: [pace(looks, count, [0.75, 1])] },
    ],
    ratios: [ratioOf(idle, [SERVICE, BARE], '<= 1.4')],
    text: `  the burst left ${Math.round(after - before)} MiB (wanted <= 100)`,
    others: idle.others,
  };
};
