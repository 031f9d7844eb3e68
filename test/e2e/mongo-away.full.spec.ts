import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { MongoClient } from 'mongodb';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { insist } from '../support/insist.ts';
import { assertNothingLostNothingTwice, storedEvents } from '../support/ledger.ts';
import { type Answer, type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';

let world: World;
let service: Service;
let own: PhoneHandle;
let anna: PhoneHandle;
const received: string[] = [];
const sent = new Map<string, string>();

before(async () => {
  world = await startWorld({ durable: true });
  own = await world.sandbox.makePhone('4915100000001');
  anna = await world.sandbox.makePhone('4915100000002', { deliverAfter: 0, readAfter: 0 });
  service = await startService(world.env);
  await pair(service, ACCOUNT, own);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

type Timed = Answer & Readonly<{ ms: number }>;
const timed = async (asked: Promise<Answer>): Promise<Timed> => {
  const began = performance.now();
  const answer = await asked;
  return { ...answer, ms: Math.round(performance.now() - began) };
};
const ask = async (): Promise<Record<string, Timed>> => {
  const body = { to: jidOf(anna), message: 'while MongoDB is away' };
  const send = `/accounts/${ACCOUNT}/message/send`;
  const asked = {
    ping: service.get('/ping'),
    ready: service.get('/ready'),
    health: service.get('/health'),
    metrics: service.get('/metrics'),
    status: service.get(`/accounts/${ACCOUNT}/status`),
    chats: service.get(`/accounts/${ACCOUNT}/chats`),
    connect: service.send('POST', `/accounts/${ACCOUNT}/connect`),
    create: service.send('POST', '/accounts', { id: `other${performance.now().toFixed(0)}` }),
    send: service.send('POST', send, body),
    keyed: service.send('POST', send, body, { 'Idempotency-Key': `k${performance.now()}` }),
  };
  const answers = Object.entries(asked).map(async ([name, answer]) => [name, await timed(answer)] as const);
  const told = Object.fromEntries(await Promise.all(answers));
  const figures = Object.entries(told).map(([name, { status, ms }]) => `${name} ${status} in ${ms} ms`);
  process.stderr.write(`# ${figures.join(', ')}\n`);
  return told;
};
/** No status but those that say what is the matter, and none of them late. */
const assertHonest = (told: Record<string, Timed>): void => {
  for (const [name, { status, ms, body }] of Object.entries(told)) {
    assert.ok([200, 201, 202, 503].includes(status), `${name}: ${status} ${JSON.stringify(body)}`);
    assert.ok(ms < 12_000, `${name} took ${ms} ms`);
  }
  const { ready, ping, create, health, connect } = told;
  assert.ok(ready && ping && create && health && connect);
  assert.equal(ping.status, 200);
  assert.equal(health.status, 200);
  assert.equal(ready.status, 503);
  assert.ok((ready.body.reasons as string[]).includes('MongoDB does not answer'));
  // commands need the log alone
  assert.equal(connect.status, 200, JSON.stringify(connect.body));
  assert.equal(create.status, 201, JSON.stringify(create.body));
  assert.equal(create.headers.get('wildcat-stale'), 'true');
};
/** What was asked while MongoDB was away may be in the log whatever the answer was. */
const adopt = async (): Promise<void> => {
  for (const { event } of await storedEvents(world))
    if (event.type === 'message.send_requested' && ![...sent.values()].includes(event.data.waId))
      sent.set(event.data.waId, event.data.waId);
};

for (const [how, away, back] of [
  ['killed', () => world.mongo.kill('SIGKILL'), () => world.mongo.restart()],
  ['stopped', () => world.mongo.kill('SIGSTOP'), () => world.mongo.kill('SIGCONT')],
] as const) {
  it(`serves what it can while MongoDB is ${how}, says what it can't, and catches up`, async () => {
    await untilStatus(service, ACCOUNT, 'connected');
    await away();
    const burst = await world.sandbox.burst({ to: own.number, from: 5, count: 200 });
    received.push(...burst.ids);
    const told = await ask();
    const health = await service.get('/health');
    const views = health.body.views as { lag: number; trouble: string | null; state: string }[];
    await back();
    assertHonest(told);
    assert.ok(
      views.some(({ lag }) => lag > 0),
      JSON.stringify(views),
    );
    await waitFor(async () => (await service.get('/ready')).status === 200, {
      what: 'readiness',
      ms: 40_000,
    });
    await untilStatus(service, ACCOUNT, 'connected', 60_000);
    const sending = insist(() => service, { account: ACCOUNT, to: anna, lines: 2, label: how });
    await waitFor(() => sending.sent.size > 5, { what: 'sends' });
    await sending.stop();
    for (const [text, id] of sending.sent) sent.set(text, id);
    await adopt();
    await assertNothingLostNothingTwice(world, service, { account: ACCOUNT, own, received, sent, to: anna });
  });
}

it('does not start without MongoDB, says so, and takes no read error for a new device', async () => {
  const { MONGO_URL = '', DB_NAME } = world.env;
  assert.equal(await service.stop(), 0);
  const client = new MongoClient(MONGO_URL);
  const creds = async () =>
    client
      .db(`${DB_NAME}_state`)
      .collection<{ _id: string }>(`auth_${ACCOUNT}`)
      .findOne({ _id: 'creds|me' }, { projection: { _id: 1 } });
  assert.ok(await creds());
  await world.mongo.kill('SIGKILL');
  const began = performance.now();
  await assert.rejects(startService(world.env), /MongoDB \(MONGO_URL\) does not answer/);
  assert.ok(performance.now() - began < 20_000);
  await world.mongo.restart();
  service = await startService(world.env);
  await untilStatus(service, ACCOUNT, 'connected');
  assert.equal((await own.show()).companions.length, 1);
  assert.ok(await creds());
  await client.close();
});
