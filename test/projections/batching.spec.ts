import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import * as make from '../support/events.ts';
import { foldBatches, type Given, recorded, type Tables } from '../support/projection-spec.ts';

const view = asView(messagesProjection);
const { ANN, ANN_PN, BOB, GROUP, ME, NOW } = make;

const waId = fc.constantFrom('A', 'B', 'C', 'D');
const person = fc.constantFrom(ANN, ANN_PN, BOB);
const timestamp = fc.integer({ min: NOW, max: NOW + 20 });
const direct = fc.tuple(person, timestamp).map(([who, at]) => ({ chat: who, from: who, timestamp: at }));
const inGroup = fc.tuple(person, timestamp).map(([who, at]) => ({ chat: GROUP, from: who, timestamp: at }));
const place = fc.oneof(direct, inGroup);
const status = fc.constantFrom('sent', 'delivered', 'read', 'played');

const aboutOther = fc
  .tuple(waId, place, fc.constantFrom('E1', 'E2', 'E3'))
  .map(([id, { chat, from, timestamp: at }, edit]) => ({
    target: { waId: id, author: from },
    over: { chat, by: from, timestamp: at, waId: edit },
  }));
const aboutMine = fc.tuple(waId, place).map(([id, { chat, timestamp: at }]) => ({
  target: { waId: id, fromMe: true, author: ME },
  over: { chat, by: ME, fromMe: true, timestamp: at },
}));
const about = fc.oneof(aboutOther, aboutMine);

const progress = fc.oneof(
  waId.map(make.sent),
  waId.map((id) => make.sendFailed(id)),
  waId.map(make.sendUnknown),
  fc.tuple(waId, status, timestamp).map(([id, how, at]) => make.statusChanged(id, how, at)),
);
/** What is pinned, starred and deleted on own devices; what is said of chats; what is sent of both; the phone's memory. */
const MARKS = ['message.starred', 'message.unstarred', 'message.deleted_for_me'] as const;
const SETTINGS = ['chat.locked', 'chat.unlocked', 'chat.marked_read', 'chat.marked_unread'] as const;
const GONE = ['chat.deleted', 'chat.cleared'] as const;
const PICTURES = ['contact.picture_changed', 'contact.picture_removed'] as const;
const remembered = fc.oneof(
  fc
    .tuple(about, fc.constantFrom(0, 60))
    .map(([{ target, over }, seconds]) => make.pinned(target, { ...over, seconds })),
  fc
    .tuple(fc.constantFrom(...MARKS), about)
    .map(([type, { target, over }]) => make.marked(type, target, { chat: over.chat, at: over.timestamp })),
  fc.tuple(fc.constantFrom(...SETTINGS), place).map(([type, { chat }]): Given => ({ type, data: { chat } })),
  fc
    .tuple(fc.constantFrom(...GONE), place)
    .map(
      ([type, { chat, timestamp: upTo }]): Given =>
        type === 'chat.deleted'
          ? { type, data: { chat, at: upTo, upTo } }
          : { type, data: { chat, at: upTo, upTo, keepsStarred: true } },
    ),
  fc
    .tuple(fc.constantFrom(...PICTURES), direct)
    .map(([type, { chat, timestamp: at }]): Given => ({ type, data: { chat, timestamp: at } })),
  fc.tuple(waId, direct).map(([id, { chat }]) => make.sendRequested(id, { chat, timer: 60 })),
  fc
    .tuple(waId, about)
    .map(([id, { target, over }]) =>
      make.remarkRequested(
        id,
        { kind: 'pin', target: { fromMe: false, ...target }, seconds: 60 },
        { chat: over.chat },
      ),
    ),
  fc
    .tuple(waId, place, fc.boolean())
    .map(([id, where, starred]) => make.imported(id, { ...where, ...(starred ? { starred } : {}) })),
  place.map(({ chat }): Given => ({ type: 'chat.imported', data: { chat, part: 'p1', unread: 1 } })),
  fc.constant<Given>({ type: 'account.paired', data: { me: ME.jid } }),
);
const event: fc.Arbitrary<Given> = fc.oneof(
  { weight: 8, arbitrary: remembered },
  { weight: 4, arbitrary: fc.tuple(waId, place).map(([id, where]) => make.received(id, where)) },
  fc.tuple(waId, place).map(([id, where]) => make.undecryptable(id, where)),
  // of what turns out to be about another message, too
  fc.tuple(fc.constantFrom('E1', 'E2', 'E3'), place).map(([id, where]) => make.undecryptable(id, where)),
  fc.tuple(waId, direct).map(([id, { chat }]) => make.undecryptable(id, { chat, from: ME, fromMe: true })),
  fc.tuple(waId, direct).map(([id, { chat }]) => make.sentElsewhere(id, { chat })),
  fc.tuple(waId, place).map(([id, { chat }]) => make.sendRequested(id, { chat })),
  { weight: 3, arbitrary: progress },
  about.map(({ target, over }) => make.edited(target, `edited by ${over.by.jid}`, over)),
  about.map(({ target, over }) => make.revoked(target, over)),
  fc
    .tuple(about, fc.constantFrom('👍', '❤', ''))
    .map(([{ target, over }, emoji]) => make.reacted(target, emoji, over)),
  fc.constantFrom(make.linked(), make.linked(BOB.jid, BOB.alt), make.linked(BOB.jid, ANN_PN.jid)),
);
/** Two lives of one account, with what happened in each. */
const history = fc
  .tuple(fc.array(event, { maxLength: 25 }), fc.boolean(), fc.array(event, { maxLength: 25 }))
  .map(([first, dies, second]): Given[] => [
    make.created(),
    ...first,
    ...(dies ? [make.deleted(), { ...make.created(), gen: 2 }] : []),
    ...second.map((one) => (dies ? { ...one, gen: 2 } : one)),
  ]);

const cutAt = <T>(items: readonly T[], cuts: readonly number[]): T[][] => {
  const points = [...new Set(cuts.map((cut) => cut % (items.length + 1)))].sort((one, other) => one - other);
  return [0, ...points].map((from, index) => items.slice(from, points[index]));
};

it('it makes no difference how the log is cut into batches', () =>
  fc.assert(
    fc.asyncProperty(history, fc.array(fc.nat()), async (events, cuts) => {
      const log = recorded(events);
      const whole = await foldBatches(view, [log]);
      const single = log.map((one) => [one]);
      assert.deepEqual(await foldBatches(view, single), whole, 'one by one');
      assert.deepEqual(await foldBatches(view, cutAt(log, cuts)), whole, 'cut somewhere');
    }),
    { numRuns: 300 },
  ));

const seenMessages = (tables: Tables) => Object.values(tables.messages ?? {}).filter((doc) => 'waId' in doc);
const chats = (tables: Tables) => Object.values(tables.chats ?? {}).filter((doc) => 'count' in doc);

it('counts and last messages are those of the messages that are there', () =>
  fc.assert(
    fc.asyncProperty(history, async (events) => {
      const tables = await foldBatches(view, [recorded(events)]);
      const messages = seenMessages(tables);
      assert.equal(tables.totals?.shop?.messages, messages.length);
      const counts = chats(tables).map(({ count }) => Number(count));
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        messages.length,
      );
      for (const { addresses, at, firstAt } of chats(tables)) {
        const times = messages
          .filter(({ chat }) => Array.isArray(addresses) && addresses.includes(chat))
          .map((doc) => Number(doc.timestamp));
        assert.equal(at, times.length === 0 ? undefined : Math.max(...times));
        assert.equal(firstAt, times.length === 0 ? undefined : Math.min(...times));
      }
    }),
    { numRuns: 300 },
  ));

it('a send ends in the same status in whatever order its news comes', () =>
  fc.assert(
    fc.asyncProperty(
      fc
        .array(progress, { maxLength: 6 })
        .chain((news) => fc.tuple(fc.constant(news), fc.shuffledSubarray(news, { minLength: news.length }))),
      async ([news, shuffled]) => {
        const requests = ['A', 'B', 'C', 'D'].map((id) => make.sendRequested(id));
        const statuses = async (events: Given[]) => {
          const tables = await foldBatches(view, [recorded(events)]);
          return Object.fromEntries(
            seenMessages(tables).map(({ _id, status: now, deliveredAt, readAt }) => [
              _id,
              { now, deliveredAt, readAt },
            ]),
          );
        };
        const inOrder = await statuses([...requests, ...news]);
        assert.deepEqual(await statuses([...shuffled, ...requests]), inOrder);
      },
    ),
    { numRuns: 200 },
  ));
