import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { connectMongo } from '../../src/adapters/mongo/connect.ts';
import { openLog, type TestLog } from '../support/log.ts';
import { firsts, type Got, startReceiver } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { chatOf, message, waIdOf } from '../support/webhook-events.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let log: TestLog;
let service: Service;
before(async () => {
  world = await startWorld();
  log = await openLog(world.nats.url, { maxBytes: null, dedupeMs: world.dedupeMs });
});
after(async () => {
  await service?.kill();
  await log?.close();
  await world?.close();
});

it('parks ten thousand events at most: beyond them the log is the queue, and all arrive in order', async () => {
  const COUNT = 12_000;
  const receiver = await startReceiver(({ body }) =>
    JSON.parse(body).subject === chatOf(0).jid ? 500 : 200,
  );
  service = await startService({ ...world.env, WEBHOOK_RETRY_SCHEDULE: Array(20).fill('8s').join(',') });
  const { lastSeq } = await log.log.state();
  const settings = {
    url: `${receiver.url}/h`,
    format: 'cloudevents',
    events: ['message.*'],
    startAt: lastSeq,
  };
  await service.send('POST', '/webhooks', settings);
  for (let from = 0; from < COUNT; from += 500)
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => log.log.append(message(`P${from + n}`, 0, 'parked'))),
    );
  await log.log.append(message('behind', 1, 'parked'), 'parked/behind');
  const mongo = connectMongo(world.mongo.url, world.env.DB_NAME ?? '');
  const rows = mongo.state.collection('webhook_parked');
  const parked = (): Promise<number> => rows.countDocuments({ account: 'parked' });
  await waitFor(async () => (await parked()) > 9_000, { what: 'parked events', ms: 120_000 });
  // its position stands before what there is no room for
  const told = async (): Promise<string> => (await fetch(`${service.url}/metrics`)).text();
  await waitFor(async () => /webhook_parked\{[^}]*\} (9|10)\d{3}\b/.test(await told()), { what: 'metric' });
  // two more rounds of the schedule: time enough to read on, if it did
  const tries = receiver.got.length;
  await waitFor(() => receiver.got.length >= tries + 2, { what: 'two more tries of the head' });
  const most = await parked();
  assert.ok(most <= 10_000, String(most));
  assert.ok(!receiver.got.some((one) => waIdOf(one) === 'behind'));

  const fine: Got[] = [];
  receiver.answer((got) => {
    fine.push(got);
    return 200;
  });
  await waitFor(async () => fine.length >= COUNT + 1 && (await parked()) === 0, {
    what: 'all of them',
    ms: 300_000,
  });
  const own = firsts(fine.filter((one) => waIdOf(one) !== 'behind'));
  assert.deepEqual(
    own.map(waIdOf),
    Array.from({ length: COUNT }, (_, n) => `P${n}`),
  );
  await mongo.close();
  await receiver.close();
});
