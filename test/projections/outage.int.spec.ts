import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import { createViewStore } from '../../src/adapters/mongo/view-store.ts';
import type { ViewStore } from '../../src/ports/view-store.ts';
import { VIEWS } from '../../src/projections/all.ts';
import { runViews, type ViewRunner } from '../../src/projections/run.ts';
import * as make from '../support/events.ts';
import { startMongo, startNats, type TestServer, testLog } from '../support/servers.ts';
import {
  caughtUp,
  connectWorld,
  foldedTables,
  sampleDay,
  startRunner,
  storedTables,
  type World,
} from '../support/views.ts';
import { waitFor } from '../support/wait.ts';

let nats: TestServer;
let mongod: TestServer;
let world: World;

const running: ViewRunner[] = [];
const run = (): ViewRunner => {
  const runner = startRunner(world);
  running.push(runner);
  return runner;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()));
});

const states = async (runner: ViewRunner): Promise<string[]> =>
  (await runner.status()).map(({ state }) => state);

before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo({ own: true, durable: true })]);
  world = await connectWorld(nats.url, mongod.url, `outage_${process.pid}`);
});
after(async () => {
  await world.end();
  await Promise.all([nats.stop(), mongod.stop()]);
});

it('waits while MongoDB is away and catches up when it is back', async () => {
  const runner = run();
  await caughtUp(runner, await world.append(...sampleDay(50)));
  await mongod.kill('SIGKILL');
  const seq = await world.append(...sampleDay(50, 'meanwhile'));
  await waitFor(async () => (await states(runner)).every((state) => state === 'waiting'), {
    what: 'waiting',
    ms: 30_000,
  });
  const waiting = await runner.status();
  assert.ok(waiting.every(({ lag, trouble, lagSeconds }) => lag > 0 && trouble !== null && lagSeconds > 0));
  assert.equal(await runner.positions.waitFor(seq, 200), false);
  await mongod.restart();
  await caughtUp(runner, seq);
  assert.deepEqual(new Set(await states(runner)), new Set(['running']));
  await runner.stop();
  assert.deepEqual(await storedTables(world), await foldedTables(world));
});

it('does less at a time where the database can do only so much, and loses nothing', async () => {
  const { client, views: db } = world.mongo;
  const store = createViewStore({ client, db });
  let refused = 0;
  const weak: ViewStore = {
    ...store,
    commit: async (moves, writes) => {
      if (writes.length <= 20) return store.commit(moves, writes);
      refused++;
      throw new Error('cache overflow: transaction rolled back');
    },
  };
  const seq = await world.append(...sampleDay(100, 'many'));
  const runner = runViews({ log: world.log, store: weak, logger: testLog, now: () => new Date() }, VIEWS);
  running.push(runner);
  await caughtUp(runner, seq);
  assert.ok(refused > 0);
  await runner.stop();
  assert.deepEqual(await storedTables(world), await foldedTables(world));
});

const MISSED = /created at|ends at/;

it('stops with an alarm where the log is another one, and never skips', async () => {
  const runner = run();
  await caughtUp(runner, await world.append(...sampleDay(30)));
  await runner.stop();
  const built = await storedTables(world);
  const nc = await connectNats({ url: nats.url, name: 'wipe' }, testLog);
  const jsm = await jetstreamManager(nc);
  const { config } = await jsm.streams.info('WILDCAT');
  await jsm.streams.delete('WILDCAT');
  await jsm.streams.add(config);
  await nc.close();
  await world.append(...sampleDay(60));

  const after = run();
  const stopped = await waitFor(
    async () => {
      const all = await after.status();
      return all.length > 0 && all.every(({ state }) => state === 'stopped') ? all : null;
    },
    { what: 'stop' },
  );
  for (const { stop } of stopped) assert.match(stop?.error ?? '', MISSED);
  assert.equal(await after.positions.waitFor(1, 5_000), false);
  await after.stop();
  assert.deepEqual(await storedTables(world), built);

  await world.mongo.views.dropDatabase();
  const rebuilt = run();
  await caughtUp(rebuilt, (await world.log.state()).lastSeq);
  await rebuilt.stop();
  assert.deepEqual(await storedTables(world), await foldedTables(world));
});

it('stops where the log has lost its end, also while it runs', async () => {
  const runner = run();
  const seq = await world.append(...sampleDay(30));
  await caughtUp(runner, seq);
  await world.mongo.views
    .collection<{ _id: string }>('checkpoints')
    .updateMany({}, { $inc: { position: 1_000 } });
  await runner.stop();
  const again = run();
  await world.append(make.received('lost?'));
  await waitFor(async () => (await states(again)).includes('stopped'), { what: 'stop' });
  assert.match((await again.status())[0]?.stop?.error ?? '', MISSED);
  await again.stop();
});
