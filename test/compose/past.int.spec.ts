import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { bindPast } from '../../src/compose/past.ts';
import { hasCode } from '../../src/errors.ts';
import type { ViewRunner } from '../../src/projections/runner/run.ts';
import { createMessageQueries } from '../../src/queries/messages.ts';
import { createPastQueries } from '../../src/queries/past.ts';
import { createReadViews } from '../../src/queries/views.ts';
import * as make from '../support/events.ts';
import { openLog, type TestLog } from '../support/log.ts';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import { silentLog } from '../support/silent-log.ts';
import { caughtUp, connectWorld, startRunner, type World } from '../support/views.ts';

const { ANN, BOB, NOW } = make;
const RANGE = { limit: 50, offset: 0 };

let nats: TestServer;
let mongod: TestServer;
let world: World;
let runner: ViewRunner;
let opened: TestLog;

before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
  world = await connectWorld(nats.url, mongod.url, `bound_past_${process.pid}`);
  runner = startRunner(world);
  opened = await openLog(nats.url, { maxBytes: null });
});
after(async () => {
  await runner?.stop();
  await opened?.close();
  await world?.end();
  await Promise.all([nats?.stop(), mongod?.stop()]);
});

const past = () => {
  const read = createReadViews(world.mongo.views, () => performance.now());
  return bindPast(
    world.log,
    createPastQueries({ log: world.log, read, messages: createMessageQueries(read) }),
  );
};
const isGone = (error: unknown): boolean => hasCode(error, 'gone') && /purged up to/.test(error.message);

it('a past that a purge took something of is told by nobody, what began after it is', async () => {
  const first = await world.append(make.created(), make.received('OLD'));
  await caughtUp(runner, first);
  const kept = await past().chatMessages('shop', ANN.jid, { ...RANGE, at: { seq: first } });
  assert.deepEqual(
    kept.messages.map(({ messageId }) => messageId),
    ['OLD'],
  );

  await (await createRawLog(opened.nc, silentLog)).purge(first, ['message']);
  const last = await world.append(
    make.edited({ waId: 'OLD', author: ANN }, 'edited', { chat: ANN, by: ANN }),
    make.received('NEW', { chat: ANN, from: ANN, timestamp: NOW + 1 }),
    make.received('BOBS', { chat: BOB, from: BOB, timestamp: NOW + 2 }),
  );
  await caughtUp(runner, last);
  for (const seq of [first, last]) {
    await assert.rejects(past().chatMessages('shop', ANN.jid, { ...RANGE, at: { seq } }), isGone);
    await assert.rejects(past().message('shop', 'OLD', { at: { seq } }), isGone);
  }
  await assert.rejects(past().history('shop', 'OLD'), isGone);

  assert.equal((await past().message('shop', 'NEW', { at: { seq: last } }))?.messageId, 'NEW');
  assert.equal(await past().message('shop', 'NEW', { at: { seq: first } }), null);
  assert.deepEqual(
    (await past().history('shop', 'NEW'))?.map(({ event }) => event.type),
    ['message.received'],
  );
  const bobs = await past().chatMessages('shop', BOB.jid, { ...RANGE, at: { seq: last } });
  assert.deepEqual(
    bobs.messages.map(({ messageId }) => messageId),
    ['BOBS'],
  );
});

it('a past with an event of a newer version in it asks for an update, and is no fault', async () => {
  await opened.nc.request('wildcat.shop.message.teleported.l100000000000002', '{}');
  const isUnreadable = (error: unknown): boolean =>
    hasCode(error, 'unavailable') && /^Event \d+ can't be read by this version/.test(error.message);
  const { lastSeq: seq } = await world.log.state();
  await assert.rejects(past().chatMessages('shop', BOB.jid, { ...RANGE, at: { seq } }), isUnreadable);
  await assert.rejects(past().message('shop', 'BOBS', { at: { seq } }), isUnreadable);
  await assert.rejects(past().history('shop', 'BOBS'), isUnreadable);
});
