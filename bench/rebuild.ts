import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Db, MongoClient } from 'mongodb';
import { messagesProjection } from '../src/projections/messages.ts';
import { asView, buildOf } from '../src/projections/projection.ts';
import { startNats } from '../test/support/servers.ts';
import { waitFor } from '../test/support/wait.ts';
import type { Figure } from './figure.ts';
import { type Line, linesOf, medianOf, ratioOf } from './report.ts';
import { interleave } from './rounds.ts';
import { seed } from './seeded.ts';
import { residentMiB } from './world.ts';

const SERVICE = 'wildcat, from the log to the views';
const BARE = 'bare transactions, the same final documents';
const UNIT = 'events/s';
const BUILD = buildOf(asView(messagesProjection));
/** Documents that one transaction writes, as a runner's batch does. */
const BATCH = 500;
const MAIN = fileURLToPath(new URL('./rebuild-main.js', import.meta.url));

type Look = Readonly<{ ms: number; position: number; mib: number }>;

/** Folds the log into an empty database, by a runner that is started for it, up to `upto`; looked at all the while. */
const fold = async (natsUrl: string, mongoUrl: string, db: Db, upto: number): Promise<readonly Look[]> => {
  const child = fork(MAIN, [natsUrl, mongoUrl, db.databaseName]);
  const looks: Look[] = [];
  const checkpoints = db.collection<{ _id: string; position: number }>('checkpoints');
  let begun = 0;
  await waitFor(
    async () => {
      const { position = 0 } = (await checkpoints.findOne({ _id: BUILD.id })) ?? {};
      // from the first transaction on: a process that starts is no rebuild
      if (position > 0) {
        if (begun === 0) begun = performance.now();
        looks.push({ ms: performance.now() - begun, position, mib: residentMiB(child.pid ?? 0) });
      }
      return position >= upto;
    },
    { what: `a fold of ${upto} events`, ms: 3_600_000 },
  );
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  return looks;
};

const rateOf = (looks: readonly Look[]): number => {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  return ((last.position - first.position) * 1_000) / (last.ms - first.ms);
};

/** Events per second between two shares of a fold. */
const between = (looks: readonly Look[], [from, to]: readonly [number, number]): number => {
  const end = looks.at(-1)?.position ?? 0;
  return rateOf(looks.filter(({ position }) => position >= from * end && position <= to * end));
};

type Doc = Readonly<{ _id: string }>;

/** Writes documents to collections with the same indexes, in transactions of 500. Resolves with milliseconds. */
const writeBare = async (client: MongoClient, from: Db, to: Db): Promise<number> => {
  let took = 0;
  for (const { physical, indexes } of Object.values(BUILD.collections)) {
    const collection = to.collection<Doc>(physical);
    if (indexes.length > 0) await collection.createIndexes(indexes.map((key) => ({ key: { ...key } })));
    const docs = await from.collection<Doc>(physical).find().toArray();
    const begun = performance.now();
    for (let at = 0; at < docs.length; at += BATCH)
      await client.withSession((session) =>
        session.withTransaction(() =>
          collection.bulkWrite(
            docs.slice(at, at + BATCH).map((document) => ({ insertOne: { document } })),
            { session, ordered: false },
          ),
        ),
      );
    took += performance.now() - begun;
  }
  return took;
};

/** Rebuilding the view `messages` from the log, beside writing what comes out of it; and whether it goes on at one pace. */
export const rebuild: Figure = async ({ world, rounds, quick, say }) => {
  const [count, many] = quick ? [20_000, 0] : [200_000, 1_000_000];
  const nats = await startNats();
  const client = await new MongoClient(world.mongo.url).connect();
  say(`rebuild: ${count} messages into the log (NATS does not sync every write)`);
  await seed(nats.url, 0, count);
  let databases = 0;
  const next = (): Db => client.db(`rebuild_${++databases}`);
  let built = next();
  const first = await fold(nats.url, world.mongo.url, built, count + 1);
  say(`  a first one: ${Math.round(rateOf(first))} events/s`);
  const found = await interleave(
    [
      {
        name: BARE,
        measure: async () => {
          const into = next();
          const took = await writeBare(client, built, into);
          await into.dropDatabase();
          return (count * 1_000) / took;
        },
      },
      {
        name: SERVICE,
        measure: async () => {
          const before = built;
          built = next();
          await before.dropDatabase();
          return rateOf(await fold(nats.url, world.mongo.url, built, count + 1));
        },
      },
    ],
    rounds,
    say,
  );
  await built.dropDatabase();
  const long: Line[] = [];
  if (many > 0) {
    say(`rebuild: ${many} messages, in one go`);
    await seed(nats.url, count, many);
    const db = next();
    const looks = await fold(nats.url, world.mongo.url, db, many + 1);
    await db.dropDatabase();
    const peak = (from: number, to: number): number =>
      Math.max(...looks.slice(looks.length * from, looks.length * to).map(({ mib }) => mib));
    long.push(
      { label: `${many} events: first tenth`, unit: UNIT, values: [between(looks, [0, 0.1])] },
      { label: `${many} events: last tenth`, unit: UNIT, values: [between(looks, [0.9, 1])] },
      { label: 'memory, first half, at most', unit: 'MiB', values: [peak(0, 0.5)] },
      { label: 'memory, second half, at most', unit: 'MiB', values: [peak(0.5, 1)] },
    );
  }
  await client.close();
  await nats.stop();
  const [value, ceiling] = [medianOf(found, SERVICE), medianOf(found, BARE)];
  return {
    title: `rebuild: messages and chats from ${count} events (${world.engine})`,
    lines: [...linesOf(found, UNIT), ...long],
    ratios: [ratioOf(found, [SERVICE, BARE], '>= 0.6')],
    summary: { value, ceiling, ratio: value / ceiling, unit: UNIT },
    others: found.others,
  };
};
