import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRecent, readRecent } from '../../../../src/adapters/baileys/output-commit/recent.ts';
import type { WildcatEvent } from '../../../../src/events/codec.ts';
import { naturalKey } from '../../../../src/events/dedupe.ts';
import type { Recorded } from '../../../../src/events/event.ts';
import type { LogEntry, Stretch } from '../../../../src/ports/event-log.ts';

const jid = '1@lid';
const chat = { jid };
const meta = { id: '', v: 1, account: 'shop', gen: 1, at: '', occurredAt: '', seq: 1 };
const received = (waId: string, raw?: string): Recorded<WildcatEvent> => ({
  ...meta,
  type: 'message.received',
  data: { waId, chat, from: chat, timestamp: 1, content: { type: 'text', text: 'x' } },
  ...(raw === undefined ? {} : { raw }),
});
const attempted = (waId: string): Recorded<WildcatEvent> => ({
  ...meta,
  type: 'message.send_attempted',
  data: { waId, chat, attempt: 1 },
});

it('knows what the log ends with: messages by identity, own sends by id', () => {
  const recent = createRecent([received('A', 'raw of A'), attempted('S')]);
  const key = naturalKey(received('A')) ?? '';
  assert.deepEqual([recent.has(key), recent.rawOf(key), recent.isOwn('S')], [true, 'raw of A', true]);
  assert.deepEqual([recent.has('m/other'), recent.isOwn('A')], [false, false]);
});

it('forgets the oldest beyond 10,000', () => {
  const recent = createRecent([]);
  for (let n = 0; n <= 10_000; n++) recent.add(`key ${n}`, undefined);
  assert.deepEqual([recent.has('key 0'), recent.has('key 1'), recent.has('key 10000')], [false, true, true]);
});

it('keeps no more raw messages than fit 4 MiB, the newest, and none of absurd size', () => {
  const raw = 'x'.repeat(60_000);
  const recent = createRecent([]);
  for (let n = 0; n < 100; n++) recent.add(`key ${n}`, raw);
  recent.add('large', 'x'.repeat(500_000));
  const kept = Array.from({ length: 100 }, (_, n) => `key ${n}`).filter((key) => recent.rawOf(key) === raw);
  assert.deepEqual([kept.length, kept[0], recent.rawOf('large')], [69, 'key 31', undefined]);
  assert.deepEqual([recent.has('key 0'), recent.has('large')], [true, true]);
});

/** A log in which the account's `count` messages end before `others` events of other accounts. */
const logOf = (count: number, others: number) => {
  const asked: number[] = [];
  const lastSeq = count + others;
  return {
    asked,
    state: () =>
      Promise.resolve({
        created: '',
        firstSeq: 1,
        lastSeq,
        messages: lastSeq,
        bytes: 0,
        maxBytes: 0,
        purgedUpto: 0,
      }),
    read: async function* ({ after }: Stretch): AsyncGenerator<readonly LogEntry[]> {
      asked.push(after);
      for (let seq = after + 1; seq <= count; seq++) {
        yield [{ kind: 'event', seq, event: { ...received(`A${seq}`), seq } }];
      }
    },
  };
};
const seqs = (events: readonly Recorded[]) => events.map(({ seq }) => seq);

it('reads the last 5,000 of a busy account in one step', async () => {
  const log = logOf(30_000, 0);
  const found = seqs(await readRecent(log, 'shop'));
  assert.deepEqual([found.length, found[0], found.at(-1)], [5_000, 25_001, 30_000]);
  assert.equal(log.asked.length, 1);
});

it('reads no more of each than is needed', async () => {
  const long = 'x'.repeat(400_000);
  const log = {
    state: logOf(1, 0).state,
    read: async function* (): AsyncGenerator<readonly LogEntry[]> {
      const { data, ...event } = received('A', long);
      yield [
        {
          kind: 'event',
          seq: 1,
          event: {
            ...event,
            data: { ...data, content: { type: 'text', text: long } },
          } as Recorded<WildcatEvent>,
        },
      ];
    },
  };
  const found = await readRecent(log, 'shop');
  assert.ok(JSON.stringify(found).length < 1_000);
  assert.ok(createRecent(found).has(naturalKey(received('A')) ?? assert.fail()));
});

it('reads no more raw messages than fit 32 MiB, the newest, nor those that own sends quote', async () => {
  const raw = 'x'.repeat(60_000);
  const content = { type: 'text' as const, text: 'x' };
  const quoting: WildcatEvent = {
    type: 'message.send_requested',
    data: {
      ...{ waId: 'S', chat, to: jid, from: null, timestamp: 1, content, bodyHash: '' },
      quotedKey: { participant: jid, fromMe: false, raw },
    },
  };
  const events = [
    ...Array.from({ length: 600 }, (_, n) => received(`A${n}`, raw)),
    { ...meta, ...quoting },
  ].map((event, index) => ({ ...event, seq: index + 1 }));
  const log = {
    state: logOf(1, 0).state,
    read: async function* (): AsyncGenerator<readonly LogEntry[]> {
      yield events.map((event) => ({ kind: 'event', seq: event.seq, event }));
    },
  };
  const found = await readRecent(log, 'shop');
  const kept = found.flatMap((event) => (event.raw === undefined ? [] : [event.seq]));
  assert.deepEqual([found.length, kept.length, kept[0], kept.at(-1)], [601, 559, 42, 600]);
  assert.ok(JSON.stringify(found.at(-1)).length < 1_000);
});

it('leaves out what can not be read: it must not keep the account from connecting', async () => {
  const log = {
    state: logOf(1, 0).state,
    read: async function* (): AsyncGenerator<readonly LogEntry[]> {
      const subject = 'wildcat.shop.message.received.l1';
      yield [
        { kind: 'undecodable', seq: 1, subject, aggregate: 'message', error: new Error('of a later build') },
        { kind: 'event', seq: 2, event: { ...received('A'), seq: 2 } },
      ];
    },
  };
  assert.deepEqual(seqs(await readRecent(log, 'shop')), [2]);
});

it('goes further back for a quiet one', async () => {
  const log = logOf(3, 1_000_000);
  assert.deepEqual(seqs(await readRecent(log, 'shop')), [1, 2, 3]);
  assert.equal(log.asked.at(-1), 0);
});

const about = { waId: 'A', chat, from: chat, timestamp: 1 };
const target = { waId: 'P', fromMe: true, author: chat };
const content = { type: 'text', text: 'x' } as const;
const comingIn: readonly WildcatEvent[] = [
  { type: 'message.received', data: { waId: 'A', chat, from: chat, timestamp: 1, content } },
  { type: 'message.sent_elsewhere', data: { waId: 'A', chat, from: chat, timestamp: 1, content } },
  { type: 'message.edited', data: { ...about, fromMe: false, target, content } },
  { type: 'message.revoked', data: { ...about, fromMe: false, target } },
  { type: 'message.reacted', data: { ...about, fromMe: false, target, emoji: '!' } },
  {
    type: 'poll.vote_cast',
    data: { ...about, fromMe: false, target, options: [] },
  },
  { type: 'chat.disappearing_changed', data: { ...about, fromMe: false, seconds: 0 } },
  { type: 'group.subject_changed', data: { ...about, subject: 'x' } },
  { type: 'message.undecryptable', data: { ...about, reason: '', retry: 0 } },
  { type: 'message.system', data: { ...about, notice: '', parameters: [] } },
];
for (const event of comingIn)
  it(`knows a ${event.type} that the log ends with`, async () => {
    const [aggregate] = event.type.split('.');
    const named = [`wildcat.shop.${event.type}.>`, `wildcat.shop.${aggregate}.*.>`];
    const log = {
      state: logOf(1, 0).state,
      read: async function* ({ subjects }: Stretch): AsyncGenerator<readonly LogEntry[]> {
        if (named.some((name) => subjects?.includes(name)))
          yield [{ kind: 'event', seq: 1, event: { ...meta, ...event } }];
      },
    };
    const recent = createRecent(await readRecent(log, 'shop'));
    assert.ok(recent.has(naturalKey(event) ?? assert.fail()));
  });
