import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { connectMongo, type Databases } from '../../src/adapters/mongo/connect.ts';
import { createDeliveries } from '../../src/adapters/mongo/deliveries.ts';
import { createPositions } from '../../src/adapters/mongo/positions.ts';
import { readersOf } from '../../src/compose/readers.ts';
import type { WebhookEvent } from '../../src/events/webhooks.ts';
import { fileBlobs } from '../support/blobs.ts';
import { sendRequested, sent } from '../support/events.ts';
import { created, openLog, received, type TestLog } from '../support/log.ts';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import { silentLog } from '../support/silent-log.ts';

const now = () => new Date('2026-01-01T00:00:00Z');
const servers: TestServer[] = [];
let test: TestLog;
let databases: Databases;

before(async () => {
  const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
  servers.push(nats, mongo);
  test = await openLog(nats.url);
  databases = connectMongo(mongo.url, `readers_${process.pid}`);
});
after(async () => {
  await databases.close();
  await test.close();
  await Promise.all(servers.map((server) => server.stop()));
});

const webhookEvent = (event: WebhookEvent) =>
  test.log.append({ account: '_sys', gen: 1, occurredAt: now().toISOString(), ...event });
const create = (webhookId: string, events: string[]) =>
  webhookEvent({
    type: 'webhook.created',
    data: {
      ...{ webhookId, accounts: [], events, format: 'wildcat', order: 'chat', address: 'https://a.example/' },
      ...{ urlKey: webhookId, targetRef: webhookId, after: 0 },
    },
  });

const readers = async () =>
  readersOf({ log: await createRawLog(test.nc, silentLog), databases, blobs: fileBlobs('.'), now });

it('knows of sends that no sender has taken up yet, of an account that never sent before', async () => {
  const at = { gen: 1, occurredAt: now().toISOString() };
  for (const account of ['idle', 'done']) {
    await test.log.append(created('Shop', { ...at, account }));
    await test.log.append({ ...at, account, ...sendRequested(`${account}1`) });
  }
  await test.log.append({ ...at, account: 'done', ...sent('done1') });
  const found = (await readers()).filter(({ name }) => name.startsWith('sender/'));
  assert.deepEqual(
    found.map(({ name, position }) => [name, position]),
    [['sender/idle', 1]],
  );
});

it('knows where each webhook has to read on, what is parked included; a paused one waits, a disabled one does not', async () => {
  const ids = ['wh_1', 'wh_2', 'wh_3', 'wh_4'] as const;
  for (const id of ids) await create(id, []);
  await webhookEvent({ type: 'webhook.paused', data: { webhookId: 'wh_3' } });
  await webhookEvent({ type: 'webhook.disabled', data: { webhookId: 'wh_4', reason: 'gone' } });
  for (let n = 0; n < 5; n++) await test.log.append(received(`M${n}`));
  const positions = createPositions(databases.state);
  for (const id of ids.slice(1)) await positions.move(`webhook/${id}`, null, { seq: 9, stream: 'S' });
  const deliveries = await createDeliveries(databases.state, { keepMs: 1_000, now });
  const parked = { line: 'wh_2', seq: 8, previous: 7, at: 0, lane: 'l', account: 'shop' };
  await deliveries.park([{ ...parked, failed: 1, notBefore: 0 }]);

  const found = (await readers()).filter(({ name }) => name.startsWith('webhook '));
  assert.deepEqual(
    found.map(({ name, position }) => [name, position]),
    [
      ['webhook wh_1', 0],
      ['webhook wh_2', 7],
      ['webhook wh_3', 9],
    ],
  );
  assert.ok(found.every(({ subjects }) => subjects.length > 0));
});
