import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, it } from 'node:test';
import { createOutbox, type OutboxStore } from '../../src/adapters/mongo/outbox.ts';
import { createPositions } from '../../src/adapters/mongo/positions.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { EventLog, Stretch } from '../../src/ports/event-log.ts';
import type { Positions } from '../../src/ports/positions.ts';
import { type Sender, senderPosition, startSender } from '../../src/reactors/sender.ts';
import { silentLog } from '../support/silent-log.ts';
import { waitFor } from '../support/wait.ts';
import { openWorld, type World } from './support/world.ts';

const HOUR = 3_600_000;
const chat = { jid: '4915100000001@s.whatsapp.net' };
let world: World;
let positions: Positions;
let outbox: OutboxStore;
const senders: Sender[] = [];

before(async () => {
  world = await openWorld();
  positions = createPositions(world.state);
  outbox = await createOutbox(world.state, () => new Date());
});
after(async () => {
  await Promise.all(senders.map((sender) => sender.stop()));
  await world.close();
});

const append = async (account: string, event: WildcatEvent, ageMs = 0): Promise<number> => {
  const occurredAt = new Date(Date.now() - ageMs).toISOString();
  return (await world.log.append({ ...event, account, gen: 1, occurredAt })).seq;
};
const request = (account: string, waId: string, ageMs = 0): Promise<number> => {
  const content = { type: 'text', text: waId } as const;
  const data = { waId, chat, to: chat.jid, from: null, timestamp: 1, content, bodyHash: '' };
  return append(account, { type: 'message.send_requested', data }, ageMs);
};
const attempt = (account: string, waId: string) =>
  append(account, { type: 'message.send_attempted', data: { waId, chat, attempt: 1 } });
/** A follower that hears nothing new. */
async function* forNow(
  _stretch: Stretch,
  { signal }: { signal: AbortSignal },
): ReturnType<EventLog['follow']> {
  yield* [];
  await once(signal, 'abort');
}
const start = (account: string, log: EventLog = world.log, isValid = () => true): Sender => {
  const owner = { account, gen: 1, epoch: 7, collectionName: `auth_${account}`, isValid };
  const rest = { now: () => new Date(), logger: silentLog, failpoint: () => undefined };
  const sender = startSender({ log, positions, outbox, ttlMs: HOUR, ...rest }, owner);
  senders.push(sender);
  return sender;
};

it('fails what never left in time, naming its request and its epoch', async () => {
  await request('late', 'A', HOUR);
  await request('late', 'B');
  start('late');
  const failed = await world.event('late', 'message.send_failed');
  const [asked] = await world.events('late');
  assert.deepEqual(failed.data, {
    waId: 'A',
    chat,
    code: null,
    reason: 'Not sent in time',
    phase: 'expired',
  });
  assert.equal(failed.cause, asked?.id);
  assert.equal(failed.epoch, 7);
});

it('takes a receipt that comes while nobody is connected for proof', async () => {
  await request('proven', 'A');
  await attempt('proven', 'A');
  start('proven');
  await append('proven', {
    type: 'message.status_changed',
    data: { waId: 'A', chat, status: 'read', at: 42 },
  });
  const sent = await world.event('proven', 'message.sent');
  assert.deepEqual(sent.data, { waId: 'A', chat, timestamp: 42, evidence: 'receipt' });
});

it('ends what a logged out account can not send: failed where nothing left, else unknown', async () => {
  await request('gone', 'A');
  await request('gone', 'B');
  await attempt('gone', 'B');
  const lagging = { ...world.log, follow: forNow };
  const sender = start('gone', lagging);
  await sender.settle();
  await request('gone', 'C');
  await sender.abandon('The account is logged out');
  const ends = (await world.events('gone')).slice(-3);
  assert.deepEqual(
    ends.map(({ type, data }) => [type, 'waId' in data && data.waId]),
    [
      ['message.send_failed', 'A'],
      ['message.send_unknown', 'B'],
      ['message.send_failed', 'C'],
    ],
  );
});

it('ends nothing once its lease may have passed on', async () => {
  await request('passed', 'A', HOUR);
  await request('passed', 'B');
  const sender = start('passed', world.log, () => false);
  await sender.settle();
  assert.equal(sender.status().open, 2);
  await sender.abandon('The account is logged out');
  assert.equal((await world.events('passed')).length, 2);
});

it('keeps its position before the oldest open send, and forgets nothing over a restart', async () => {
  const first = await request('kept', 'A');
  await request('kept', 'B');
  const sender = start('kept');
  await waitFor(() => sender.status().open === 2, { what: 'both open' });
  await append('kept', { type: 'message.send_unknown', data: { waId: 'A', chat, attempts: 1 } });
  await waitFor(() => sender.status().open === 1, { what: 'one open' });
  await sender.stop();
  assert.equal((await positions.find(senderPosition('kept')))?.seq, first);
  const again = start('kept');
  await again.settle();
  assert.equal(again.status().open, 1);
});

it('stands still, loudly, where the log is another one than its position belongs to', async () => {
  await request('wiped', 'A', HOUR);
  await positions.move(senderPosition('wiped'), null, { seq: 1, stream: '2020-01-01T00:00:00.000Z' });
  const sender = start('wiped');
  await sender.settle();
  assert.match(sender.status().failure ?? '', /stands at 1 of the stream of 2020/);
  assert.equal((await world.events('wiped')).length, 1);
});
