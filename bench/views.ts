// How fast the views follow the log, beside bare bulk transactions that write the same final documents.
// node dist/bench/views.js [events] [engine]; NATS does not sync every write while it is seeded.

import { createViewStore } from '../src/adapters/mongo/view-store.ts';
import type { MongoEngine } from '../src/adapters/services/mongo.ts';
import { MONGO_ENGINES } from '../src/adapters/services/mongo.ts';
import { VIEWS } from '../src/projections/all.ts';
import { buildOf } from '../src/projections/projection.ts';
import { NOW, received } from '../test/support/events.ts';
import { startMongo, startNats } from '../test/support/servers.ts';
import { caughtUp, connectWorld, sampleDay, startRunner, type World } from '../test/support/views.ts';

const [count = '20000', wanted = 'secantusd-rs'] = process.argv.slice(2);
const EVENTS = Number(count);
const BATCH = 500;
const engine: MongoEngine = MONGO_ENGINES.find((one) => one === wanted) ?? 'secantusd-rs';

const raw = Buffer.alloc(450, 7).toString('base64');
const person = (n: number) => ({ jid: `20000000000${n}@lid`, alt: `4916000000${n}@s.whatsapp.net` });

/** Texts from 100 people, all different, with a proto of 450 bytes. */
const texts = (from: number, n: number) =>
  Array.from({ length: n }, (_, i) => {
    const who = person(1000 + ((from + i) % 100));
    return { ...received(`M${from + i}`, { chat: who, from: who, timestamp: NOW + from + i }), raw };
  });

const seed = async (
  world: World,
  make: (from: number, n: number) => ReturnType<typeof sampleDay>,
): Promise<number> => {
  let seq = 0;
  for (let from = 0; from < EVENTS; from += 1_000)
    seq = await world.append(...make(from, Math.min(1_000, EVENTS - from)));
  return seq;
};

const rate = (n: number, ms: number): string => `${Math.round((n / ms) * 1_000)}/s`;

/** Writes the same documents with the bare driver: batches of 500 in a transaction each, indexes in place. */
const bare = async (world: World): Promise<{ docs: number; ms: number }> => {
  const target = world.mongo.client.db(`${world.mongo.views.databaseName}_bare`);
  await createViewStore({ client: world.mongo.client, db: target }).open(VIEWS.map(buildOf), 'bare');
  let docs = 0;
  let ms = 0;
  for (const { physical } of VIEWS.flatMap((view) => Object.values(buildOf(view).collections))) {
    const all = await world.mongo.views.collection(physical).find().toArray();
    docs += all.length;
    const session = world.mongo.client.startSession();
    const began = performance.now();
    for (let at = 0; at < all.length; at += BATCH)
      await session.withTransaction(() =>
        target.collection(physical).insertMany(all.slice(at, at + BATCH), { session, ordered: false }),
      );
    ms += performance.now() - began;
    await session.endSession();
  }
  await target.dropDatabase();
  return { docs, ms };
};

const measure = async (
  name: string,
  make: (from: number, n: number) => ReturnType<typeof sampleDay>,
): Promise<void> => {
  const [nats, mongod] = await Promise.all([startNats(), startMongo({ engine })]);
  const world = await connectWorld(nats.url, mongod.url, 'bench');
  const seq = await seed(world, make);
  for (let round = 0; round < 3; round++) {
    await world.mongo.views.dropDatabase();
    const began = performance.now();
    const cpu = process.cpuUsage();
    const runner = startRunner(world);
    await caughtUp(runner, seq, 600_000);
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    await runner.stop();
    const { docs, ms: bareMs } = await bare(world);
    console.log(
      `${engine} ${name}: ${EVENTS} events ${rate(EVENTS, ms)}, bare ${docs} documents ${rate(docs, bareMs)}; time ratio ${(bareMs / ms).toFixed(2)}; our cpu ${Math.round((user + system) / 1_000)} of ${Math.round(ms)} ms`,
    );
  }
  await world.end();
  await Promise.all([nats.stop(), mongod.stop()]);
};

await measure('texts', texts);
await measure('mixed', (from, n) => sampleDay(from + n).slice(from));
