import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { connectMongo, type Databases } from '../../../src/adapters/mongo/connect.ts';
import { createDeliveries } from '../../../src/adapters/mongo/deliveries.ts';
import type { Attempt, Deliveries } from '../../../src/ports/webhooks.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

const HOUR_MS = 3_600_000;
let server: TestServer;
let mongo: Databases;
let deliveries: Deliveries;
let now = new Date();
before(async () => {
  server = await startMongo();
  mongo = connectMongo(server.url, `deliveries_${process.pid}`);
  deliveries = await createDeliveries(mongo.state, { keepMs: HOUR_MS, now: () => now });
});
after(async () => {
  await mongo.state.dropDatabase();
  await mongo.close();
  await server.stop();
});

const row = { line: 'wh_a', previous: 0, at: 0, lane: 'shop/_', account: 'shop', failed: 1, notBefore: 0 };

const attempt = (seq: number, ms: number, status: number, over: Partial<Attempt> = {}): Attempt => ({
  ...{ deliveryId: `msg_${seq}`, webhook: 'wh_c', account: 'shop', seq, event: `e${seq}` },
  ...{ type: 'message.received', isFirst: false, nextAttemptAt: null },
  status: status === 200 ? 'delivered' : 'retrying',
  posted: { at: '2026-01-01T00:00:00.000Z', ms, status, error: null, retryAfterMs: null, refused: false },
  ...over,
});
const listed = async (range: Partial<Parameters<Deliveries['list']>[1]> = {}) =>
  (await deliveries.list('wh_c', { limit: 9, ...range })).map(({ position, status, attempts }) => [
    ...[position, status],
    ...attempts.map(({ ms }) => ms),
  ]);

it('forgets an account, but for what is parked of its tombstone and what came after it', async () => {
  const others = { ...row, account: 'bystander', seq: 11 };
  await deliveries.park([{ ...row, seq: 10 }, others, { ...row, seq: 20 }, { ...row, seq: 30 }]);
  const webhook = 'wh_e';
  await deliveries.record([
    attempt(5, 1, 200, { webhook }),
    attempt(6, 1, 200, { webhook, account: 'other' }),
  ]);
  await deliveries.eraseAccount('shop', 20);
  assert.deepEqual(
    (await deliveries.list(webhook, { limit: 9 })).map(({ accountId }) => accountId),
    ['other'],
  );
  assert.deepEqual(
    (await deliveries.parked('wh_a')).map(({ seq }) => seq),
    [11, 20, 30],
  );
});

it('are remembered with each attempt, also where a kill made the first one come twice', async () => {
  const first = { isFirst: true, nextAttemptAt: '2026-01-01T00:01:00.000Z' };
  await deliveries.record([attempt(1, 10, 500, first), attempt(2, 20, 200, first)]);
  assert.equal((await deliveries.find('wh_c', 'msg_1'))?.nextAttemptAt, first.nextAttemptAt);
  // one that is known, one that is not, and one that comes twice in one go
  const again = [attempt(1, 11, 500, first), attempt(3, 30, 500, first), attempt(3, 31, 500, first)];
  await deliveries.record([attempt(1, 12, 200), ...again]);
  now = new Date(now.getTime() + 60_000);
  await deliveries.record([attempt(3, 32, 200), attempt(9, 90, 200, { webhook: 'wh_d' })]);
  assert.deepEqual(await listed(), [
    [3, 'delivered', 30, 31, 32],
    [2, 'delivered', 20],
    [1, 'delivered', 10, 11, 12],
  ]);
  assert.equal((await deliveries.find('wh_c', 'msg_3'))?.nextAttemptAt, null);
  const rows = await mongo.state.collection('webhook_deliveries').find({ seq: 3 }).toArray();
  const end = new Date(now.getTime() + HOUR_MS);
  assert.deepEqual(
    rows.map(({ expiresAt }) => expiresAt),
    [end],
    'for so long after its last attempt',
  );
  assert.deepEqual(
    [await deliveries.find('wh_d', 'msg_1'), await deliveries.find('wh_c', 'none')],
    [null, null],
  );
});

it('are listed from the newest down, a page at a time, by how they stand', async () => {
  await deliveries.record([attempt(4, 40, 500)]);
  assert.deepEqual(await listed({ limit: 1, before: 4 }), [[3, 'delivered', 30, 31, 32]]);
  assert.deepEqual(await listed({ status: 'retrying' }), [[4, 'retrying', 40]]);
  await deliveries.record(Array.from({ length: 20 }, (_, n) => attempt(4, n, 500)));
  const attempts = Array.from({ length: 20 }, (_, n) => n);
  assert.deepEqual(await listed({ limit: 1 }), [[4, 'retrying', ...attempts]], 'the newest 20');
});

it('are kept apart by line: a replay that ends takes its own rows with it, a webhook everything', async () => {
  const lines = ['wh_c', 'wh_c/rp_1', 'wh_c/rp_2', 'wh_ca'];
  await deliveries.park(lines.flatMap((line) => [7, 1_000, 8].map((seq) => ({ ...row, line, seq }))));
  await deliveries.setFailingSince('wh_c', 5);
  await deliveries.unpark('wh_c', [8]);
  const left = async () =>
    Promise.all(lines.map(async (line) => (await deliveries.parked(line)).map(({ seq }) => seq)));
  assert.deepEqual(await left(), [[7, 1_000], ...Array(3).fill([7, 8, 1_000])]);
  await deliveries.erase('wh_c/rp_1');
  assert.deepEqual(await left(), [[7, 1_000], [], [7, 8, 1_000], [7, 8, 1_000]]);
  assert.deepEqual([(await listed()).length, await deliveries.failingSince('wh_c')], [4, 5]);
  await deliveries.erase('wh_c');
  assert.deepEqual(await left(), [[], [], [], [7, 8, 1_000]]);
  assert.deepEqual([await listed(), await deliveries.failingSince('wh_c')], [[], null]);
  assert.equal((await deliveries.list('wh_d', { limit: 9 })).length, 1, "another's are left");
});
