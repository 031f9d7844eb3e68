import { type Bare, openBare } from './bare.ts';
import type { Figure } from './figure.ts';
import { linesOf, medianOf, ratioOf } from './report.ts';
import { createAsker, inWindow } from './rest.ts';
import { interleave, median, metered, quantile } from './rounds.ts';
import { type BenchWorld, cpuMs, openPaired, type Paired } from './world.ts';

const WIDTH = 16;
const RECIPIENTS = 4;
const SERVICE = 'wildcat, REST';
const MEMORY = 'bare, keys in memory';
const MONGO = 'bare, keys written through';
const UNIT = 'sends/s';

/** People who receive, and answer with nothing: what a receipt costs is not part of a send. */
export const recipients = async (world: BenchWorld): Promise<string[]> => {
  const numbers = Array.from({ length: RECIPIENTS }, world.nextNumber);
  for (const number of numbers)
    await world.sandbox.client.makePhone(number, { name: number, deliverAfter: null, readAfter: null });
  return numbers.map((number) => `${number}@s.whatsapp.net`);
};

type Sent = Readonly<{ perSecond: number; took: readonly number[] }>;

/** Sends over REST; each answer must be 200, which says that WhatsApp has acknowledged it. */
export const sendOverRest = async (
  { service, account }: Pick<Paired, 'service' | 'account'>,
  to: readonly string[],
  count: number,
  width: number,
): Promise<Sent> => {
  const poster = createAsker(width);
  const took: number[] = [];
  const begun = performance.now();
  await inWindow(count, width, async (n) => {
    const body = { to: to[n % to.length], message: `message ${n}` };
    const { status, ms, answer } = await poster.post(`${service.url}/accounts/${account}/message/send`, body);
    if (status !== 200) throw new Error(`a send was answered ${status} ${JSON.stringify(answer)}`);
    took.push(ms);
  });
  const perSecond = (count * 1_000) / (performance.now() - begun);
  poster.close();
  return { perSecond, took };
};

const sendBare = async (bare: Bare, to: readonly string[], count: number, width: number): Promise<Sent> => {
  const begun = performance.now();
  const took = await bare.send(to, count, width);
  return { perSecond: (count * 1_000) / (performance.now() - begun), took };
};

/** The whole way out: a REST call until WhatsApp has acknowledged the message and the caller knows. */
export const send: Figure = async ({ world, rounds, quick, say }) => {
  const [many, few] = quick ? [100, 50] : [500, 200];
  const to = await recipients(world);
  const memory = await openBare(world, 'memory');
  const mongo = await openBare(world, 'mongo');
  const paired = await openPaired(world);
  const used = { bare: [] as number[], wildcat: [] as number[] };
  say(`send: ${many} texts, ${WIDTH} at once`);
  const found = await interleave(
    [
      {
        name: MEMORY,
        measure: () =>
          metered(
            { used: used.bare, cpu: () => cpuMs(memory.pid), count: many },
            async () => (await sendBare(memory, to, many, WIDTH)).perSecond,
          ),
      },
      { name: MONGO, measure: async () => (await sendBare(mongo, to, many, WIDTH)).perSecond },
      {
        name: SERVICE,
        measure: () =>
          metered(
            { used: used.wildcat, cpu: () => cpuMs(paired.service.pid), count: many },
            async () => (await sendOverRest(paired, to, many, WIDTH)).perSecond,
          ),
      },
    ],
    rounds,
    say,
  );
  const slowest: number[] = [];
  const alone = async (name: string, sendOne: () => Promise<Sent>) => ({
    name,
    measure: async () => {
      const { took } = await sendOne();
      if (name === SERVICE) slowest.push(quantile(took, 0.99));
      return median(took);
    },
  });
  say(`send: ${few} texts, one after another: p50 in ms`);
  const single = await interleave(
    [
      await alone(MEMORY, () => sendBare(memory, to, few, 1)),
      await alone(MONGO, () => sendBare(mongo, to, few, 1)),
      await alone(SERVICE, () => sendOverRest(paired, to, few, 1)),
    ],
    rounds,
    say,
  );
  await Promise.all([memory.stop(), mongo.stop(), paired.service.stop()]);
  const [value, ceiling] = [medianOf(found, SERVICE), medianOf(found, MEMORY)];
  return {
    title: `send: ${many} texts ${WIDTH} at once, and ${few} one by one, to ${RECIPIENTS} people`,
    lines: [
      ...linesOf(found, UNIT, `${WIDTH} at once: `),
      ...linesOf(single, 'ms', 'alone, p50: '),
      { label: 'processor time: wildcat', unit: 'ms/send', values: used.wildcat },
      { label: 'processor time: bare, keys in memory', unit: 'ms/send', values: used.bare },
      // the first is that of the warm-up
      { label: `alone, p99: ${SERVICE}`, unit: 'ms', values: slowest.slice(1) },
    ],
    ratios: [
      ratioOf(found, [SERVICE, MEMORY], '>= 0.4, later 0.5'),
      ratioOf(found, [SERVICE, MONGO], '>= 1.2'),
    ],
    summary: { value, ceiling, ratio: value / ceiling, unit: UNIT },
    others: found.others,
  };
};
