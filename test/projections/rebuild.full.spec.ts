import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createViewStore } from '../../src/adapters/mongo/view-store.ts';
import { createViewAdmin } from '../../src/compose/view-admin.ts';
import type { ViewAdmin } from '../../src/http/deps.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { VIEWS } from '../../src/projections/all.ts';
import { buildOf, type View } from '../../src/projections/projection.ts';
import type { ViewRunner } from '../../src/projections/runner/run.ts';
import { createReadViews } from '../../src/queries/views.ts';
import * as make from '../support/events.ts';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import { silentLog } from '../support/silent-log.ts';
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

const RUNNER = fileURLToPath(new URL('../support/view-runner.js', import.meta.url));
const viewNamed = (wanted: string): View => {
  const found = VIEWS.find(({ name }) => name === wanted);
  assert.ok(found, wanted);
  return found;
};
const MESSAGES = viewNamed('messages');
const ACCOUNTS = viewNamed('accounts');
/** Of its builds: the first one, and those that were asked for later. */
const FIRST = buildOf(MESSAGES).id;
const SECOND = `${FIRST}_r2`;
const SUFFIX = FIRST.slice(MESSAGES.name.length);

let nats: TestServer;
let mongod: TestServer;
let world: World;
let dbName: string;
let worlds = 0;
const running: ViewRunner[] = [];
const children: ChildProcess[] = [];

before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
});
after(async () => {
  await Promise.all([nats.stop(), mongod.stop()]);
});
beforeEach(async () => {
  dbName = `rebuild_${process.pid}_${worlds++}`;
  world = await connectWorld(nats.url, mongod.url, dbName);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(running.splice(0).map((runner) => runner.stop()));
  await world.end();
});

const run = (options: Parameters<typeof startRunner>[1] = {}): ViewRunner => {
  const runner = startRunner(world, options);
  running.push(runner);
  return runner;
};
const spawnRunner = (fatal: number): ChildProcess => {
  const args = [RUNNER, nats.url, mongod.url, dbName, String(fatal)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
};
const store = () => createViewStore({ client: world.mongo.client, db: world.mongo.views });
const nobody = { status: async () => [], refresh: async () => {} };
const adminOf = (runner: Pick<ViewRunner, 'status' | 'refresh'> = nobody): ViewAdmin =>
  createViewAdmin({ log: world.log, store: store(), runner, now: () => new Date() }, VIEWS);
const until = (admin: ViewAdmin, build: string, state: string) =>
  waitFor(
    async () => {
      const found = await admin.rebuild('messages', build);
      return found.state === state ? found : null;
    },
    { what: `${build} ${state}` },
  );
const collections = async (): Promise<string[]> =>
  (await world.mongo.views.listCollections().toArray()).map(({ name }) => name);
/** What names mean, as a query sees it. */
const shown = async (): Promise<string> =>
  (await createReadViews(world.mongo.views, () => performance.now())('messages')).collectionName;
const docs = async (collection: string): Promise<unknown[]> =>
  world.mongo.views
    .collection<{ _id: string }>(collection)
    .find()
    .sort({ _id: 1 })
    .toArray()
    .then((found) => JSON.parse(JSON.stringify(found)));
/** The messages view, as this build has it, beside a plain fold of the log. */
const isAsFolded = async (suffix: string): Promise<void> => {
  const folded = await foldedTables(world, [MESSAGES]);
  for (const name of Object.keys(MESSAGES.collections)) {
    const expected = Object.entries(folded[name] ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
    assert.deepEqual(
      await docs(`${name}${suffix}`),
      expected.map(([, doc]) => doc),
      name,
    );
  }
};

describe('a rebuild', () => {
  it('is folded beside the view, takes its name in one write, and keeps the old build until told', async () => {
    await world.append(make.created(), ...sampleDay(900));
    const runner = run();
    const admin = adminOf(runner);
    await caughtUp(runner, await world.append(make.received('before')));
    const asked = await admin.begin('messages', 'swap', {});
    assert.deepEqual([asked.build, asked.purpose], [SECOND, 'swap']);
    await assert.rejects(admin.begin('messages', 'swap', {}), { code: 'busy' });
    // what comes meanwhile is seen by whoever waits for it, before and after the swap
    for (let n = 0; n < 30; n++) {
      const seq = await world.append(...sampleDay(5, `live${n}`));
      assert.equal(await runner.positions.waitFor(seq, 20_000), true);
      const name = await shown();
      const [found] = await world.mongo.views
        .collection(name)
        .find({ account: `live${n}` })
        .toArray();
      assert.ok(found, `message of live${n} in ${name}`);
    }
    const done = await until(admin, SECOND, 'done');
    assert.deepEqual([done.percent, done.stop, await shown()], [100, null, SECOND]);
    const seq = await world.append(make.received('after'));
    await caughtUp(runner, seq);
    await isAsFolded(`${SUFFIX}_r2`);
    assert.ok((await docs(FIRST)).length > 0, 'the old one is there');

    const [view] = (await admin.list()).filter(({ name }) => name === 'messages');
    assert.deepEqual(
      [view?.build, view?.position, view?.lag, view?.version],
      [SECOND, seq, 0, MESSAGES.version],
    );
    assert.equal(
      view?.documents,
      (await Promise.all(['messages', 'chats', 'totals'].map((n) => docs(`${n}${SUFFIX}_r2`)))).flat().length,
    );
    assert.deepEqual(
      view?.builds.map(({ build, live }) => [build, live]),
      [
        [FIRST, false],
        [SECOND, true],
      ],
    );
    await assert.rejects(admin.drop('messages', SECOND), { code: 'busy' });
    await assert.rejects(admin.drop('messages', 'messages_v99'), { code: 'not_found' });
    await admin.drop('messages', FIRST);
    await waitFor(async () => !(await collections()).includes(FIRST), { what: 'the old build gone' });
    await caughtUp(runner, await world.append(make.received('and on')));
    assert.equal((await collections()).includes(buildOf(ACCOUNTS).id), true);
    assert.equal((await admin.begin('messages', 'swap', {})).build, `${FIRST}_r3`);
    await until(admin, `${FIRST}_r3`, 'done');
    assert.equal(await shown(), `${FIRST}_r3`);
  });

  it('of several views that are asked for together reads the log once', async () => {
    await world.append(make.created());
    const seq = await world.append(...sampleDay(1_500));
    const first = startRunner(world);
    await caughtUp(first, seq);
    await first.stop();
    const names = ['messages', 'media', 'accounts'];
    for (const name of names) await adminOf().begin(name, 'swap', {});
    let passes = 0;
    const read: World['log']['read'] = (stretch, options) => {
      if (stretch.after === 0) passes++;
      return world.log.read(stretch, options);
    };
    const runner = startRunner({ ...world, log: { ...world.log, read } });
    running.push(runner);
    const isDone = async (name: string) => (await adminOf().rebuilds(name))[0]?.state === 'done';
    await waitFor(async () => (await Promise.all(names.map(isDone))).every(Boolean), { what: 'all rebuilt' });
    assert.equal(passes, 1);
    await isAsFolded(`${SUFFIX}_r2`);
    await caughtUp(runner, await world.append(make.received('after')));
    await isAsFolded(`${SUFFIX}_r2`);
  });

  it('killed in the middle goes on where it was', async () => {
    const seq = await world.append(...sampleDay(4_000, 'killed'));
    const first = startRunner(world);
    await caughtUp(first, seq);
    await first.stop();
    await adminOf().begin('messages', 'swap', {});
    const child = spawnRunner(2);
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
    const half = await adminOf().rebuild('messages', SECOND);
    assert.equal(half.state, 'building');
    assert.ok((half.position ?? 0) > 0 && (half.position ?? 0) < seq, `${half.position} of ${seq}`);
    assert.equal(await shown(), FIRST);
    const runner = run();
    await until(adminOf(runner), SECOND, 'done');
    const [row] = await store().rebuilds.list();
    assert.equal(row?.resumed?.position, half.position);
    await caughtUp(runner, seq);
    assert.equal(await shown(), SECOND);
    await isAsFolded(`${SUFFIX}_r2`);
    assert.deepEqual((await storedTables(world)).accounts, (await foldedTables(world)).accounts);
  });

  it('goes no faster than it may, and is given up when it is dropped', async () => {
    const seq = await world.append(...sampleDay(700, 'slow'));
    const lines: Readonly<Record<string, unknown>>[] = [];
    const logger: Logger = {
      ...silentLog,
      info: (fields, message) => void (message === 'rebuild under way' && lines.push({ ...fields })),
      child: () => logger,
    };
    const runner = run({ logger });
    const admin = adminOf(runner);
    await caughtUp(runner, seq);
    await admin.begin('messages', 'swap', { eventsPerSecond: 20 });
    const some = await waitFor(
      async () => {
        const found = await admin.rebuild('messages', SECOND);
        return found.position !== null && found.position > 0 && found.etaSeconds !== null ? found : null;
      },
      { what: 'progress' },
    );
    assert.ok((some.eventsPerSecond ?? 0) < 100, `${some.eventsPerSecond} events/s`);
    assert.ok((some.etaSeconds ?? 0) > 1 && some.percent < 100, JSON.stringify(some));
    const told = (await runner.status()).find(({ build }) => build === SECOND);
    assert.deepEqual([told?.state, told?.live], ['rebuilding', false]);
    // of metrics, and of the log
    for (const own of [
      told?.rebuild,
      await waitFor(() => lines.find(({ build }) => build === SECOND), { what: 'a line of the log' }),
    ])
      assert.ok(
        Number(own?.percent) > 0 && Number(own?.eventsPerSecond) > 0 && Number(own?.etaSeconds) > 1,
        JSON.stringify(own),
      );
    await admin.drop('messages', SECOND);
    await waitFor(async () => !(await collections()).includes(SECOND), { what: 'it gone' });
    assert.equal((await admin.rebuild('messages', SECOND)).state, 'cancelled');
    await caughtUp(runner, await world.append(make.received('goes on')));
    assert.equal(await shown(), FIRST);
  });

  it('is refused for views that there are not, or that have no build yet', async () => {
    const admin = adminOf();
    await assert.rejects(admin.begin('nothing', 'swap', {}), {
      code: 'not_found',
      message: `View not found: there are ${VIEWS.map(({ name }) => name).join(', ')}`,
    });
    await assert.rejects(admin.begin('messages', 'swap', {}), { code: 'busy' });
    await assert.rejects(admin.rebuild('messages', SECOND), { code: 'not_found' });
    await assert.rejects(admin.diff('messages'), { code: 'not_found' });
  });
});

describe('verifying a view', () => {
  it('finds it equal to a fresh fold while events come, and names each document that is not', async () => {
    await world.append(make.created(), ...sampleDay(1_300, 'checked'));
    const runner = run();
    const admin = adminOf(runner);
    await caughtUp(runner, await world.append(make.received('before')));
    await admin.begin('messages', 'verify', {});
    for (let n = 0; n < 20; n++) await world.append(...sampleDay(20, 'checked'));
    const fine = await until(admin, SECOND, 'done');
    assert.equal(fine.verdict?.equal, true, JSON.stringify(await admin.diff('messages')));
    assert.equal(fine.verdict?.checksums.view, fine.verdict?.checksums.fold);
    assert.ok((fine.verdict?.documents ?? 0) > 400);
    assert.equal(await shown(), FIRST);

    const chats = world.mongo.views.collection<{ _id: string; count: number }>(`chats${SUFFIX}`);
    const messages = world.mongo.views.collection<{ _id: string }>(FIRST);
    const [chat, message] = [await chats.findOne(), await messages.findOne()];
    await chats.updateOne({ _id: chat?._id ?? '' }, { $set: { count: 7_777 } });
    await messages.deleteOne({ _id: message?._id ?? '' });
    await messages.insertOne({ _id: 'zz/nobody' });
    await waitFor(async () => !(await collections()).includes(SECOND), {
      what: 'the fold dropped',
    });
    const second = await admin.begin('messages', 'verify', {});
    const wrong = await until(admin, second.build, 'done');
    assert.deepEqual([wrong.verdict?.equal, wrong.verdict?.differing], [false, 3]);
    assert.notEqual(wrong.verdict?.checksums.view, wrong.verdict?.checksums.fold);
    const { differences } = await admin.diff('messages');
    assert.deepEqual(
      differences.map(({ collection, id, kind, fields }) => [collection, id, kind, fields.join()]).sort(),
      [
        ['chats', chat?._id, 'changed', 'count'],
        ['messages', message?._id, 'missing', ''],
        ['messages', 'zz/nobody', 'extra', ''],
      ].sort(),
    );
    await admin.begin('messages', 'swap', {});
    await waitFor(async () => (await shown()) !== FIRST, { what: 'the mended view' });
    await caughtUp(runner, await world.append(make.received('mended')));
    await isAsFolded((await shown()).slice('messages'.length));
  });
});
