import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { decodeEntry } from '../../src/adapters/jetstream/decode.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import { openLog } from './log.ts';
import type { Service } from './service.ts';
import { waitFor } from './wait.ts';
import { messagesOf, type World, waIds } from './world.ts';

/** An event and when the log's server stored it (Unix ms). */
export type Stored = Readonly<{ event: Recorded<WildcatEvent>; at: number }>;

/** All that the log holds at the moment, oldest first, by the server's own clock. */
export const storedEvents = async (world: World): Promise<readonly Stored[]> => {
  const { nc, close } = await openLog(world.nats.url, { maxBytes: null, dedupeMs: world.dedupeMs });
  try {
    const consumer = await jetstream(nc).consumers.get('WILDCAT');
    const found: Stored[] = [];
    let left = (await consumer.info(true)).num_pending;
    if (left === 0) return found;
    for await (const message of await consumer.consume()) {
      const entry = decodeEntry(message);
      assert.notEqual(entry.kind, 'undecodable');
      if (entry.kind === 'event')
        found.push({ event: entry.event, at: Number(message.timestampNanos / 1_000_000n) });
      left -= 1;
      if (left === 0) break;
    }
    return found;
  } finally {
    await close();
  }
};

const sorted = (ids: Iterable<string>): string[] => [...ids].sort();
const idsOf = (stored: readonly Stored[], type: WildcatEvent['type']): string[] =>
  waIds(stored.flatMap(({ event }) => (event.type === type ? [event] : [])));

/** The ids of all messages that an account's views show, chat by chat. */
export const shownIds = async (service: Service, account: string): Promise<string[]> => {
  const { body } = await service.get(`/accounts/${account}/chats`);
  const chats = body.chats as readonly { chatId: string }[];
  const pages = await Promise.all(chats.map(({ chatId }) => messagesOf(service, account, chatId)));
  return pages.flat().map(({ messageId }) => messageId);
};

const SETTLE_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** Resolves once the account has answered all that waits for it, and the views have all that the log has. */
const settled = async (service: Service, own: PhoneHandle): Promise<void> => {
  const isSettled = async (): Promise<boolean> => {
    const { companions } = await own.show();
    if (companions.some(({ waiting }) => waiting > 0)) return false;
    const { body } = await service.get('/health');
    return (body.views as { lag: number }[]).every(({ lag }) => lag === 0);
  };
  await waitFor(
    async () => {
      await sleep(LOOK_EVERY_MS); // a checker that asks all the time is what it measures
      return isSettled();
    },
    { what: 'rest after the exchange', ms: SETTLE_MS },
  );
};

/** What must have come of an exchange: ids that were sent to the account, and ids of its own sends by whatever name. */
type Exchange = Readonly<{
  account: string;
  own: PhoneHandle;
  received: readonly string[];
  sent: ReadonlyMap<string, string>;
  /** The phone that got the sends. */
  to: PhoneHandle;
}>;

/** Receipts for what phones tell their companions: keys and history. */
const OF_NO_MESSAGE = new Set(['peer_msg', 'hist_sync']);

/** No receipt that the server got was for a message that the log's server had not stored by then. */
const assertLoggedFirst = async (world: World, own: PhoneHandle): Promise<void> => {
  const stored = new Map<string, number>();
  for (const { event, at } of await storedEvents(world))
    if (event.type === 'message.received') stored.set(event.data.waId, at);
  const receipts = await world.sandbox.account(own.number).receipts();
  const early = receipts
    .filter(({ kind, type }) => kind === 'receipt' && !OF_NO_MESSAGE.has(type ?? ''))
    .filter(({ id, at }) => (stored.get(id) ?? Number.POSITIVE_INFINITY) > at + 1);
  assert.deepEqual(early, [], 'receipted before it was logged');
  const refusals = receipts.filter(({ kind }) => kind === 'nack' || kind === 'retry');
  assert.deepEqual(refusals, [], 'refused');
};

/**
 * Waits until the views have all of it, then compares by id: the log, the views, the phone and the server's list of
 * receipts, each with everything once and nothing else.
 */
export const assertNothingLostNothingTwice = async (
  world: World,
  service: Service,
  { account, own, received, sent, to }: Exchange,
): Promise<void> => {
  const ids = sorted([...received, ...sent.values()]);
  await settled(service, own);
  assert.deepEqual(sorted(await shownIds(service, account)), ids, 'views');
  await waitFor(async () => idsOf(await storedEvents(world), 'message.sent').length >= sent.size, {
    what: 'all acks in the log',
    ms: 60_000,
  });
  const stored = await storedEvents(world);
  assert.deepEqual(sorted(idsOf(stored, 'message.received')), sorted(received), 'received, in the log');
  assert.deepEqual(sorted(idsOf(stored, 'message.send_requested')), sorted(sent.values()), 'requested');
  assert.deepEqual(sorted(idsOf(stored, 'message.sent')), sorted(sent.values()), 'sent, in the log');
  const displayed = (await to.displayed()).filter(({ fromMe }) => !fromMe);
  assert.deepEqual(sorted(displayed.map(({ id }) => id)), sorted(sent.values()), 'on the phone');
  await waitFor(
    async () => {
      const receipts = await world.sandbox.account(own.number).receipts();
      const told = new Set(receipts.flatMap(({ kind, id }) => (kind === 'receipt' ? [id] : [])));
      return received.every((id) => told.has(id));
    },
    { what: 'receipt of every message', ms: 60_000 },
  );
  await assertLoggedFirst(world, own);
};
