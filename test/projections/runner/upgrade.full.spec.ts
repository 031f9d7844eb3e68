import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, it } from 'node:test';
import { createViewStore } from '../../../src/adapters/mongo/view-store.ts';
import { VIEWS } from '../../../src/projections/all.ts';
import type { ViewRunner } from '../../../src/projections/runner/run.ts';
import * as make from '../../support/events.ts';
import { startMongo, startNats, type TestServer } from '../../support/servers.ts';
import { caughtUp, connectWorld, counting, sampleDay, startRunner, type World } from '../../support/views.ts';
import { waitFor } from '../../support/wait.ts';

let nats: TestServer;
let mongod: TestServer;
let world: World;
let worlds = 0;
const running: ViewRunner[] = [];

before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
});
after(async () => {
  await Promise.all([nats.stop(), mongod.stop()]);
});
beforeEach(async () => {
  world = await connectWorld(nats.url, mongod.url, `upgrade_${process.pid}_${worlds++}`);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()));
  await world.end();
});

/** A process whose views are as before, but for the one that is of this version. */
const run = (version: number, log = world.log): ViewRunner => {
  const runner = startRunner({ ...world, log }, { views: [...VIEWS, counting(() => false, version)] });
  running.push(runner);
  return runner;
};

const isStandingBy = (runner: ViewRunner) =>
  waitFor(async () => (await runner.status()).some(({ state }) => state === 'standby'), {
    what: 'runner that stands by',
  });

const shown = async (): Promise<string | undefined> =>
  (await world.mongo.views.collection<{ _id: string; build: string }>('views').findOne({ _id: 'counting' }))
    ?.build;
const isShown = (build: string) =>
  waitFor(async () => (await shown()) === build, { what: `${build} to be shown` });
/** What readers see has all that is logged up to `seq`. */
const readersSee = (seq: number) =>
  waitFor(
    async () => {
      const store = createViewStore({ client: world.mongo.client, db: world.mongo.views });
      const known = await store.checkpoints();
      return known.some(({ id, live, position }) => live && id.startsWith('counting') && position >= seq);
    },
    { what: `readers of ${seq}` },
  );

it('in an upgrade the older runner leaves what it serves to the newer one, and takes it back where that one is gone', async () => {
  let looks = 0;
  const state = () => {
    looks++;
    return world.log.state();
  };
  const older = run(1, { ...world.log, state });
  await caughtUp(older, await world.append(...sampleDay(50)));
  const newer = run(2);
  await isShown('counting_v2');
  // whoever commits first, what is read goes on while events come without a pause
  const flow = new AbortController();
  const flowing = (async () => {
    for (let n = 0; !flow.signal.aborted; n++) await world.append(make.received(`flow${n}`));
  })();
  try {
    await readersSee(await world.append(make.received('first')));
    await isStandingBy(older);
    await readersSee(await world.append(make.received('second')));
  } finally {
    flow.abort();
    await flowing;
  }
  // it is quiet now: long enough for who stands by to think that nobody is at it
  const before = looks;
  const seen = new Set<string | undefined>();
  await waitFor(async () => seen.add(await shown()) && looks > before + 6, {
    what: 'looks of who stands by',
  });
  assert.deepEqual([...seen], ['counting_v2']);
  await newer.stop();
  await readersSee(await world.append(make.received('third')));
  await isShown('counting_v1');
});

it('a newer runner shows its own again where an older one has begun beside it', async () => {
  const newer = run(2);
  await caughtUp(newer, await world.append(...sampleDay(50)));
  const older = run(1);
  await isShown('counting_v1');
  await isShown('counting_v2');
  await isStandingBy(older);
  await readersSee(await world.append(make.received('more')));
  assert.equal(await shown(), 'counting_v2');
  await newer.stop();
  await readersSee(await world.append(make.received('and more')));
  await isShown('counting_v1');
});
