import { openBare } from './bare.ts';
import { burstToReceipts, burstToView } from './bursts.ts';
import type { Figure } from './figure.ts';
import { linesOf, medianOf, ratioOf } from './report.ts';
import { interleave, metered, type Rounds } from './rounds.ts';
import { cpuMs, openPaired } from './world.ts';

const SERVICE = 'wildcat, to visible';
const MEMORY = 'bare, keys in memory, to receipts';
const MONGO = 'bare, keys written through, to receipts';
const UNIT = 'messages/s';

/** The whole way in: what comes from the sandbox's phones until a user can see it. */
export const ingest: Figure = async ({ world, rounds, quick, say }) => {
  const count = quick ? 500 : 2_000;
  const [memory, mongo, paired] = [
    await openBare(world, 'memory'),
    await openBare(world, 'mongo'),
    await openPaired(world),
  ];
  const used = { bare: [] as number[], wildcat: [] as number[] };
  const measure = async (from: number): Promise<Rounds> => {
    say(`ingest: bursts of ${count} from ${from} phone(s)`);
    const contenders = [
      {
        name: MEMORY,
        measure: () =>
          metered({ used: used.bare, cpu: () => cpuMs(memory.pid), count }, () =>
            burstToReceipts(world, memory.number, from, count),
          ),
      },
      { name: MONGO, measure: () => burstToReceipts(world, mongo.number, from, count / 2) },
      {
        name: SERVICE,
        measure: () =>
          metered({ used: used.wildcat, cpu: () => cpuMs(paired.service.pid), count }, () =>
            burstToView(world, paired, from, count),
          ),
      },
    ];
    return interleave(contenders, rounds, say);
  };
  const one = await measure(1);
  const twenty = await measure(20);
  await Promise.all([memory.stop(), mongo.stop(), paired.service.stop()]);

  const ratios = [one, twenty].flatMap((found) => [
    ratioOf(found, [SERVICE, MEMORY], '>= 0.4, later 0.5'),
    ratioOf(found, [SERVICE, MONGO], '>= 2, later 2.5'),
  ]);
  const worse =
    medianOf(one, SERVICE) / medianOf(one, MEMORY) < medianOf(twenty, SERVICE) / medianOf(twenty, MEMORY)
      ? one
      : twenty;
  const [value, ceiling] = [medianOf(worse, SERVICE), medianOf(worse, MEMORY)];
  return {
    title: `ingest: bursts of ${count} (write-through: ${count / 2})`,
    lines: [
      ...linesOf(one, UNIT, '1 phone: '),
      ...linesOf(twenty, UNIT, '20 phones: '),
      { label: 'processor time: wildcat', unit: 'ms/message', values: used.wildcat },
      { label: 'processor time: bare, keys in memory', unit: 'ms/message', values: used.bare },
    ],
    ratios,
    summary: { value, ceiling, ratio: value / ceiling, unit: UNIT },
    others: [...one.others, ...twenty.others],
  };
};
