import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { connectMongo, type Databases } from '../../../src/adapters/mongo/connect.ts';
import { createDeliveries } from '../../../src/adapters/mongo/deliveries.ts';
import type { Deliveries } from '../../../src/ports/webhooks.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

let server: TestServer;
let mongo: Databases;
let deliveries: Deliveries;
before(async () => {
  server = await startMongo();
  mongo = connectMongo(server.url, `deliveries_${process.pid}`);
  deliveries = await createDeliveries(mongo.state, { keepMs: 1_000, now: () => new Date() });
});
after(async () => {
  await mongo.state.dropDatabase();
  await mongo.close();
  await server.stop();
});

it('forgets what is parked of an account, but for its tombstone and what came after it', async () => {
  const row = { line: 'wh_a', previous: 0, at: 0, lane: 'shop/_', account: 'shop', failed: 1, notBefore: 0 };
  const others = { ...row, account: 'bystander', seq: 11 };
  await deliveries.park([{ ...row, seq: 10 }, others, { ...row, seq: 20 }, { ...row, seq: 30 }]);
  await deliveries.eraseAccount('shop', 20);
  assert.deepEqual(
    (await deliveries.parked('wh_a')).map(({ seq }) => seq),
    [11, 20, 30],
  );
});
