import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { connectMongo, type Databases } from '../../../src/adapters/mongo/connect.ts';
import { createDeliveries } from '../../../src/adapters/mongo/deliveries.ts';
import { createPositions } from '../../../src/adapters/mongo/positions.ts';
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

const row = { line: 'wh_a', previous: 0, at: 0, lane: 'shop/_', account: 'shop', failed: 1, notBefore: 0 };

it('forgets what is parked of an account, but for its tombstone and what came after it', async () => {
  const others = { ...row, account: 'bystander', seq: 11 };
  await deliveries.park([{ ...row, seq: 10 }, others, { ...row, seq: 20 }, { ...row, seq: 30 }]);
  await deliveries.eraseAccount('shop', 20);
  assert.deepEqual(
    (await deliveries.parked('wh_a')).map(({ seq }) => seq),
    [11, 20, 30],
  );
});

it('are parked, and their positions moved, on the disks of a majority, as all that the client writes', async () => {
  const own = connectMongo(`${server.url}&monitorCommands=true`, `deliveries_${process.pid}`);
  const concerns: unknown[] = [];
  own.client.on('commandStarted', ({ commandName, command: { writeConcern } }) => {
    if (commandName === 'insert' || commandName === 'update')
      concerns.push([writeConcern?.w, writeConcern?.j]);
  });
  const positions = createPositions(own.state);
  const start = { seq: 1, stream: 'one' };
  await positions.move('webhook/wh_b', null, start);
  await positions.move('webhook/wh_b', start, { ...start, seq: 2 });
  const patient = await createDeliveries(own.state, { keepMs: 1_000, now: () => new Date() });
  await patient.park([{ ...row, line: 'wh_b', seq: 3 }]);
  assert.deepEqual(concerns, Array(3).fill(['majority', true]));
  await own.close();
});
