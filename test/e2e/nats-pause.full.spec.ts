import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { insist } from '../support/insist.ts';
import { assertNothingLostNothingTwice } from '../support/ledger.ts';
import { type Answer, type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
const PAUSE_MS = 10_000;

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
  await world?.nats.kill('SIGCONT');
  await service?.kill();
  await world?.close();
});

const receipts = async (): Promise<number> => (await world.sandbox.account(own.number).receipts()).length;

it(`lets no receipt out while NATS is stopped for ${PAUSE_MS} ms in a burst, and has all soon after`, async () => {
  const burst = await world.sandbox.burst({ to: own.number, from: 20, count: 3_000, release: false });
  received.push(...burst.ids);
  await world.sandbox.releaseBurst(burst.id);
  const before = await receipts();
  await waitFor(async () => (await receipts()) > before + 200, { what: 'burst under way' });
  await world.nats.kill('SIGSTOP');
  const sending = insist(() => service, { account: ACCOUNT, to: anna, lines: 4, label: 'stopped' });
  await sleep(1_000); // what was acknowledged before may still leave
  const atStart = await receipts();
  assert.ok(atStart < burst.ids.length, 'the burst is over too soon to prove anything');
  await sleep(PAUSE_MS - 1_000);
  assert.equal(await receipts(), atStart, 'receipts while NATS was stopped');
  await world.nats.kill('SIGCONT');
  const resumed = performance.now();
  await sending.stop();
  for (const [text, id] of sending.sent) sent.set(text, id);
  await assertNothingLostNothingTwice(world, service, { account: ACCOUNT, own, received, sent, to: anna });
  const ms = Math.round(performance.now() - resumed);
  process.stderr.write(`# all there ${ms} ms after SIGCONT, checks included\n`);
  assert.ok(ms < 30_000, `all there after ${ms} ms`);
});

it('answers within bounded time while NATS is stopped, says why, and the key repeated gives the one outcome', async () => {
  await untilStatus(service, ACCOUNT, 'connected');
  await world.nats.kill('SIGSTOP');
  const timed = async (asked: Promise<Answer>): Promise<Answer & { ms: number }> => {
    const began = performance.now();
    const answer = await asked;
    return { ...answer, ms: Math.round(performance.now() - began) };
  };
  const key = { 'Idempotency-Key': 'asked-while-stopped' };
  const body = { to: jidOf(anna), message: 'asked while stopped' };
  const send = () => service.send('POST', `/accounts/${ACCOUNT}/message/send`, body, key);
  const [sending, creating, ready, health, status, chats] = await Promise.all([
    timed(send()),
    timed(service.send('POST', '/accounts', { id: 'late' })),
    timed(service.get('/ready')),
    timed(service.get('/health')),
    timed(service.get(`/accounts/${ACCOUNT}/status`)),
    timed(service.get(`/accounts/${ACCOUNT}/chats`)),
  ]);
  const told = { sending, creating, ready, health, status, chats };
  const figures = Object.entries(told).map(([name, { status: code, ms }]) => `${name} ${code} in ${ms} ms`);
  process.stderr.write(`# ${figures.join(', ')}\n`);
  assert.equal(sending.status, 503);
  assert.equal(creating.status, 503);
  assert.ok(sending.ms < 35_000 && creating.ms < 35_000);
  assert.equal(ready.status, 503);
  assert.deepEqual(ready.body.reasons, ['NATS does not answer']);
  assert.equal(health.status, 200);
  assert.equal(health.body.status, 'degraded');
  assert.ok(ready.ms < 5_000 && health.ms < 5_000, 'monitors get their answer soon');
  assert.equal(chats.status, 200, 'what is in the views can be read');
  assert.ok(status.ms < 5_000);

  await world.nats.kill('SIGCONT');
  const answer = await waitFor(
    async () => {
      const next = await send();
      return next.status < 300 && next;
    },
    { what: '2xx', ms: 30_000 },
  );
  const requested = await logged(world, 'message.send_requested');
  const ids = requested.flatMap(({ data }) =>
    'content' in data && 'text' in data.content && data.content.text === body.message && 'waId' in data
      ? [data.waId]
      : [],
  );
  assert.deepEqual(ids, [answer.body.messageId]);
  const shown = await anna.waitForMessage(({ text }) => text === body.message, 30_000);
  assert.equal(shown.id, answer.body.messageId);
  const created = await service.send('POST', '/accounts', { id: 'late' });
  assert.ok(created.status === 201 || created.status === 400, JSON.stringify(created.body));
  assert.equal(
    (await logged(world, 'account.created')).filter(({ account }) => account === 'late').length,
    1,
  );
  await waitFor(async () => (await service.get('/ready')).status === 200, { what: 'readiness' });
});
