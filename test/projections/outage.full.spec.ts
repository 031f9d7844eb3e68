import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import { createViewStore } from '../../src/adapters/mongo/view-store.ts';
import { Unstorable, type ViewStore } from '../../src/ports/view-store.ts';
import { VIEWS } from '../../src/projections/all.ts';
import { runViews, type ViewRunner } from '../../src/projections/runner/run.ts';
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

const runWith = (commit: (real: ViewStore['commit']) => ViewStore['commit']): ViewRunner => {
  const { client, views: db } = world.mongo;
  const store = createViewStore({ client, db });
  const changed = { ...store, commit: commit(store.commit) };
  const runner = runViews({ log: world.log, store: changed, logger: testLog, now: () => new Date() }, VIEWS);
  running.push(runner);
  return runner;
};

it('does less at a time where the database can do only so much, and loses nothing', async () => {
  let refused = 0;
  const seq = await world.append(...sampleDay(100, 'many'));
  const runner = runWith((real) => async (moves, writes) => {
    if ((await writes).length <= 20) return real(moves, writes);
    refused++;
    throw new Error('cache overflow: transaction rolled back');
  });
  await caughtUp(runner, seq);
  assert.ok(refused > 0);
  await runner.stop();
  assert.deepEqual(await storedTables(world), await foldedTables(world));
});

it('is right where writing fails time and again, or its answer gets lost', async () => {
  const seq = await world.append(...sampleDay(2_500, 'shaky'));
  await world.mongo.views.dropDatabase();
  let commits = 0;
  let largest = 0;
  const runner = runWith((real) => async (moves, writes) => {
    const turn = commits++ % 4;
    largest = Math.max(largest, (await writes).length);
    if (turn === 1) throw new Error('no primary');
    const done = await real(moves, writes);
    if (turn === 3) throw new Error('connection closed');
    return done;
  });
  await caughtUp(runner, seq);
  await runner.stop();
  assert.ok(largest > 500);
  assert.deepEqual(await storedTables(world), await foldedTables(world));
});

it('finds what can not be stored in a large batch, and stops before it', async () => {
  const before = await world.append(...sampleDay(700, 'good'));
  const bad = await world.append(make.received('unstorable'));
  const seq = await world.append(...sampleDay(1_500, 'later'));
  await world.mongo.views.dropDatabase();
  const runner = runWith((real) => async (moves, writes) => {
    if ((await writes).some(({ id, after }) => after !== null && id.endsWith('/unstorable')))
      throw new Unstorable('too large');
    return real(moves, writes);
  });
  const messages = await waitFor(
    async () => (await runner.status()).find(({ view, stop }) => view === 'messages' && stop !== null),
    { what: 'stop' },
  );
  assert.deepEqual([messages.stop?.seq, messages.position], [bad, before]);
  await waitFor(
    async () => (await runner.status()).find(({ view, position }) => view === 'accounts' && position >= seq),
    { what: 'the others' },
  );
  await runner.stop();
  await world.mongo.views.dropDatabase();
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
