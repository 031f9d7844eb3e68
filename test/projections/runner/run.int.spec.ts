import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { createViewStore } from '../../../src/adapters/mongo/view-store.ts';
import { accountsProjection } from '../../../src/projections/accounts.ts';
import { VIEWS } from '../../../src/projections/all.ts';
import { messagesProjection } from '../../../src/projections/messages.ts';
import { asView, buildOf, type Projection, reads } from '../../../src/projections/projection.ts';
import type { ViewRunner } from '../../../src/projections/runner/run.ts';
import * as make from '../../support/events.ts';
import { startMongo, startNats, type TestServer } from '../../support/servers.ts';
import {
  caughtUp,
  connectWorld,
  counting,
  foldedTables,
  sampleDay,
  startRunner,
  storedTables,
  type World,
} from '../../support/views.ts';
import { waitFor } from '../../support/wait.ts';

let nats: TestServer;
let mongod: TestServer;
let world: World;
let worlds = 0;
const running: ViewRunner[] = [];

const run = (
  ...args: Parameters<typeof startRunner> extends [World, ...infer Rest] ? Rest : never
): ViewRunner => {
  const runner = startRunner(world, ...args);
  running.push(runner);
  return runner;
};

before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
});
after(async () => {
  await Promise.all([nats.stop(), mongod.stop()]);
});
beforeEach(async () => {
  world = await connectWorld(nats.url, mongod.url, `views_${process.pid}_${worlds++}`);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()));
  await world.end();
});

describe('the follower', () => {
  it('folds what the log holds and what comes, and tells who waits for it', async () => {
    await world.append(make.created(), ...sampleDay(700));
    const runner = run();
    const seq = await world.append(...sampleDay(100, 'other'), make.received('last'));
    assert.equal(await runner.positions.waitFor(seq, 20_000), true);
    await caughtUp(runner, seq); // those that no reader waits for, too
    assert.deepEqual(await storedTables(world), await foldedTables(world));
    const status = await runner.status();
    assert.deepEqual(
      status.map(({ view, state, lag, position }) => ({ view, state, lag, position })),
      VIEWS.map(({ name }) => ({ view: name, state: 'running', lag: 0, position: seq })),
    );
    assert.equal(await runner.positions.waitFor(seq + 1, 50), false);
  });

  it('dropped views come back equal from the log', async () => {
    const seq = await world.append(...sampleDay(300));
    const first = run();
    await caughtUp(first, seq);
    const before = await storedTables(world);
    await first.stop();
    await world.mongo.views.dropDatabase();
    await caughtUp(run(), seq);
    assert.deepEqual(await storedTables(world), before);
  });

  it('views that are dropped under a runner come back, though nothing happens any more', async () => {
    const seq = await world.append(...sampleDay(100));
    const runner = run();
    await caughtUp(runner, seq);
    const before = await storedTables(world);
    await world.mongo.views.dropDatabase();
    const checkpoints = world.mongo.views.collection('checkpoints');
    const isBack = async () => (await checkpoints.countDocuments({ position: seq })) === VIEWS.length;
    await waitFor(isBack, { what: 'views at the end', ms: 20_000 });
    assert.deepEqual(await storedTables(world), before);
  });

  it('brings views that are behind up to the end in large steps', async () => {
    const seq = await world.append(...sampleDay(2_500));
    const view = asView(messagesProjection);
    await caughtUp(run({ views: [view] }), seq);
    const checkpoints = world.mongo.views.collection<{ _id: string; steps: number }>('checkpoints');
    const found = await checkpoints.findOne({ _id: buildOf(view).id });
    assert.ok(seq > 2_000 && found?.steps === 1, `${found?.steps} transactions for ${seq} events`);
  });

  it('erases a deleted account, and nothing of its neighbour', async () => {
    const runner = run();
    await world.append(
      ...sampleDay(150, 'gone').map((event) => ({ ...event, gen: 1 })),
      ...sampleDay(50, 'gone-not'),
    );
    const seq = await world.append({ ...make.deleted(), account: 'gone' });
    await caughtUp(runner, seq);
    const tables = await storedTables(world);
    assert.deepEqual(tables, await foldedTables(world));
    const accounts = Object.values(tables.messages ?? {}).map(({ account }) => account);
    assert.equal(accounts.includes('gone'), false);
    assert.equal(accounts.includes('gone-not'), true);
    assert.deepEqual(tables.totals?.gone, { _id: 'gone', gen: 1, deleted: true, messages: 0 });
  });

  it('does not load again what it has just written, though events come one by one', async () => {
    const loaded: string[] = [];
    const runner = run({ views: [asView(messagesProjection)], onLoad: (ids) => void loaded.push(...ids) });
    await caughtUp(runner, await world.append(make.created(), make.received('one')));
    loaded.length = 0;
    for (const id of ['two', 'three']) await caughtUp(runner, await world.append(make.received(id)));
    const messages = loaded.filter((id) => /two|three/.test(id));
    assert.deepEqual([loaded.length > 0, loaded], [true, messages]);
  });

  it('two at once fold each event once', async () => {
    const runners = [run(), run()];
    let seq = 0;
    for (let i = 0; i < 20; i++) seq = await world.append(...sampleDay(40, `twice${i % 3}`));
    await Promise.all(runners.map((runner) => caughtUp(runner, seq)));
    assert.deepEqual(await storedTables(world), await foldedTables(world));
  });
});

describe('a poison event', () => {
  const isPoison = (waId: string): boolean => waId === 'POISON';
  const counted = async (account: string): Promise<unknown> =>
    (
      await world.mongo.views
        .collection<{ _id: string; events: number }>('counts_v1')
        .findOne({ _id: account })
    )?.events;

  it('stops its view alone, everything before it folded, and is skipped by a person only', async () => {
    const { lastSeq } = await world.log.state();
    const views = [...VIEWS, counting((waId) => isPoison(waId))];
    const account = `p${lastSeq}`;
    const seq = await world.append(
      ...sampleDay(60, account),
      { ...make.received('POISON'), account },
      ...sampleDay(40, account),
    );
    const runner = run({ views });
    assert.equal(
      await waitFor(async () => (await runner.status()).some(({ state }) => state === 'poisoned'), {
        what: 'poison',
        ms: 30_000,
      }),
      true,
    );
    const poison = (await runner.status()).find(({ view }) => view === 'counting');
    const at = poison?.stop?.seq ?? 0;
    assert.match(poison?.stop?.error ?? '', /can't fold POISON/);
    assert.ok((poison?.lagSeconds ?? 0) > 0);
    await waitFor(
      () =>
        runner.positions.waitFor(
          seq,
          100,
          VIEWS.map((view) => buildOf(view).id),
        ),
      {
        what: 'the other views',
      },
    );
    assert.deepEqual(await storedTables(world), await foldedTables(world));
    const stoodAt = await counted(account);
    assert.equal(await runner.positions.waitFor(seq, 5_000), false);

    assert.equal(await runner.skip('counting', at + 1), false);
    assert.equal(await runner.skip('messages', at), false);
    assert.equal(await counted(account), stoodAt);
    assert.equal(await runner.skip('counting', at), true);
    await caughtUp(runner, seq);
    assert.equal(await counted(account), 100);
    const later = await world.append({ ...make.received('after'), account });
    await caughtUp(runner, later);
    assert.equal(await counted(account), 101);
  });

  it('is one that can not be decoded, for views that read its kind', async () => {
    const seq = await world.append(make.created());
    const runner = run();
    await caughtUp(runner, seq);
    const broken = await world.append({
      ...make.received('X'),
      account: 'broken',
      data: {},
    } as unknown as Parameters<World['append']>[0]);
    const readers = VIEWS.filter((view) => reads(view, 'message.received')).map(({ name }) => name);
    const stopped = await waitFor(
      async () => {
        const found = (await runner.status()).filter(({ state }) => state === 'poisoned');
        return found.length === readers.length && found;
      },
      { what: 'poison' },
    );
    assert.deepEqual(
      stopped.map(({ view, stop, position }) => [view, stop?.seq, position]),
      readers.map((name) => [name, broken, broken - 1]),
    );
    await waitFor(() => runner.positions.waitFor(broken, 100, [buildOf(asView(accountsProjection)).id]), {
      what: 'the accounts view',
    });
    for (const name of readers) assert.equal(await runner.skip(name, broken), true);
    const next = await world.append(make.received('Y'));
    await caughtUp(runner, next);
    await world.log.purge('broken', next);
  });

  it('is one whose document can not be stored', async () => {
    const huge: Projection<{ heaps: Readonly<{ _id: string; text: string }> }> = {
      name: 'heap',
      version: 1,
      aggregates: ['message'],
      collections: { heaps: [] },
      touches: (event) => [{ collection: 'heaps', id: event.id }],
      evolve: (_, event) => {
        if (event.type !== 'message.received' || event.account !== 'heap') return [];
        const text = event.data.waId === 'HUGE' ? 'x'.repeat(17_000_000) : '';
        return [{ collection: 'heaps', doc: { _id: event.id, text } }];
      },
    };
    const events = ['A', 'B', 'HUGE', 'C'].map((waId) => ({ ...make.received(waId), account: 'heap' }));
    const seq = await world.append(...events);
    const runner = run({ views: [asView(huge), ...VIEWS] });
    const stop = await waitFor(
      async () => (await runner.status()).find(({ state }) => state === 'poisoned'),
      { what: 'poison', ms: 30_000 },
    );
    assert.deepEqual([stop.view, stop.stop?.seq], ['heap', seq - 1]);
    assert.equal(await world.mongo.views.collection('heaps_v1').countDocuments(), 2);
    await waitFor(() => runner.positions.waitFor(seq, 100, [buildOf(asView(messagesProjection)).id]), {
      what: 'the messages view',
    });
  });
});

describe('a view that is behind', () => {
  it('is built alone beside the old one, and takes its name when it has caught up', async () => {
    const live = async (): Promise<unknown> =>
      (
        await world.mongo.views
          .collection<{ _id: string; build: string }>('views')
          .findOne({ _id: 'counting' })
      )?.build;
    const seq = await world.append(...sampleDay(100, 'v'));
    const first = run({ views: [...VIEWS, counting(() => false)] });
    await caughtUp(first, seq);
    assert.equal(await live(), 'counting_v1');
    await first.stop();
    const second = run({ views: [...VIEWS, counting(() => false, 2)] });
    await caughtUp(second, await world.append(make.received('more')));
    assert.equal(await live(), 'counting_v2');
    await caughtUp(second, await world.append(make.received('and more')));
    assert.deepEqual(
      await world.mongo.views
        .collection('counts_v2')
        .find()
        .sort({ _id: 1 })
        .toArray()
        .then((docs) => docs.find(({ _id }) => String(_id) === 'v')?.events),
      100,
    );
  });

  it('is no reason for those that serve to be told as being built, though they lag', async () => {
    let release = (): void => {};
    let stalled: Promise<void> | null = null;
    const slow = async function* <T>(batches: AsyncIterable<T>, ends?: AbortSignal) {
      for await (const batch of batches) {
        await Promise.race([stalled, ...(ends === undefined ? [] : [once(ends, 'abort')])]);
        if (ends?.aborted) return;
        yield batch;
      }
    };
    const log: typeof world.log = {
      ...world.log,
      follow: (stretch, options) => slow(world.log.follow(stretch, options), options.signal),
      read: (...asked) => slow(world.log.read(...asked)),
    };
    const views = [counting(() => false)];
    const runner = startRunner({ ...world, log }, { views });
    running.push(runner);
    await caughtUp(runner, await world.append(...sampleDay(50)));
    stalled = new Promise((resolve) => {
      release = resolve;
    });
    await world.append(...sampleDay(50, 'later'));
    const { rebuilds } = createViewStore({ client: world.mongo.client, db: world.mongo.views });
    await rebuilds.ask({
      ...{ id: 'counting_v1_r2', view: 'counting', purpose: 'swap', askedAt: new Date().toISOString() },
      ...{ eventsPerSecond: 1, resumed: null, endedAt: null, outcome: null, verdict: null },
    });
    await runner.refresh();
    const [serving] = await waitFor(
      async () => {
        const status = await runner.status();
        return status.length > 1 && status;
      },
      { what: 'build beside the other' },
    );
    release();
    assert.equal(serving?.build, 'counting_v1');
    assert.deepEqual([serving.state, serving.lag > 0], ['running', true]);
  });
});

describe('a view that is apart', () => {
  it('holds up nobody, and comes after', async () => {
    const views = [...VIEWS, { ...counting(() => false), isApart: true }];
    const runner = run({ views });
    await caughtUp(runner, await world.append(...sampleDay(50, 'apart')));
    // somebody holds its checkpoint: whatever it wants to commit collides
    const session = world.mongo.client.startSession();
    session.startTransaction();
    await world.mongo.views
      .collection<{ _id: string }>('checkpoints')
      .updateOne({ _id: 'counting_v1' }, { $inc: { steps: 1 } }, { session });
    const seq = await world.append(...sampleDay(50, 'apart'), make.received('last'));
    assert.equal(await runner.positions.waitFor(seq, 20_000), true);
    assert.ok(runner.positions.reached() >= seq);
    assert.equal(await runner.positions.waitFor(seq, 50, ['counting_v1']), false);
    await session.abortTransaction();
    await session.endSession();
    await caughtUp(runner, seq);
    const [{ events = 0 } = {}] = await world.mongo.views
      .collection<{ _id: string; events: number }>('counts_v1')
      .find({ _id: 'apart' })
      .toArray();
    assert.equal(events, 100);
  });
});
