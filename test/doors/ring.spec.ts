import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chain, type Entry, entryOf } from '../../src/doors/entries.ts';
import { createRing } from '../../src/doors/ring.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import { publicEvent } from '../../src/events/public.ts';
import { received } from '../support/log.ts';

const ALL = { accounts: [], types: [] };
const SHOP = { accounts: ['shop'], types: [] };
const SIZE = { events: 100, chars: 1_000_000 };

const recorded = (seq: number, account = 'shop'): Recorded<WildcatEvent> =>
  // a union does not survive being spread
  ({
    ...received(`m${seq}`, { account }),
    id: `id${seq}`,
    v: 1,
    at: '2026-01-01T00:00:00.000Z',
    seq,
  }) as never;
const entry = (seq: number, account?: string): Entry => {
  const made = entryOf({ kind: 'event', seq, event: recorded(seq, account) });
  assert.ok(made);
  return made;
};
const unreadable = (seq: number): Entry => ({ seq, account: 'shop', type: 'message.received', text: null });
const seqs = (entries: readonly Entry[]): number[] => entries.map(({ seq }) => seq);

describe('an entry', () => {
  it('is the published event, with whatever stood before it', () => {
    const [first, second] = chain([entry(7), entry(9)], 4).map(({ json }) =>
      publicEvent.parse(JSON.parse(json)),
    );
    assert.deepEqual([first?.position, first?.previous, first?.id], [7, 4, 'id7']);
    assert.deepEqual([second?.position, second?.previous], [9, 7]);
  });

  it('keeps its place for `previous` whatever somebody writes', () => {
    const text = '"previous":0,"position":1';
    const event = recorded(3);
    assert.equal(event.type, 'message.received');
    const data = { ...event.data, content: { type: 'text', text } };
    const made = entryOf({ kind: 'event', seq: 3, event: { ...event, corr: text, data } as never });
    const [told] = chain(made ? [made] : [], 2).map(({ json }) => publicEvent.parse(JSON.parse(json)));
    assert.deepEqual(
      [told?.previous, told?.requestid, JSON.stringify(told?.data)],
      [2, text, JSON.stringify(data)],
    );
  });

  it('is none where a decision was fenced', () => {
    assert.equal(entryOf({ kind: 'version', seq: 1, account: 'shop', aggregate: 'account' }), null);
  });
});

describe('the ring', () => {
  it('gives what came after a position and passes the filter, and says how far it looked', () => {
    const ring = createRing(10, SIZE);
    ring.add([entry(11), entry(12, 'other'), entry(14)], 15);
    assert.deepEqual(seqs(ring.page(ALL, 11, SIZE).entries), [12, 14]);
    assert.deepEqual(ring.page(SHOP, 11, SIZE).end, 15);
    const one = ring.page(ALL, 10, { events: 1, chars: 1 });
    assert.deepEqual([seqs(one.entries), one.end], [[11], 11]);
    assert.deepEqual(ring.page(ALL, 20, SIZE), { entries: [], end: 20 });
    assert.deepEqual([ring.lastAt(SHOP, 13), ring.lastAt(SHOP, 10), ring.end()], [11, null, 15]);
    assert.deepEqual([ring.reaches(10), ring.reaches(9)], [true, false]);
  });

  it('forgets the oldest, and knows that it has', () => {
    const ring = createRing(0, { events: 8, chars: 1_000_000 });
    for (let seq = 1; seq <= 100; seq++) {
      ring.add([entry(seq)], seq);
      const kept = seqs(ring.page(ALL, 0, SIZE).entries);
      const first = kept[0] ?? 0;
      assert.ok(kept.length <= 8 && ring.reaches(first - 1) && kept.at(-1) === seq);
      assert.ok(first === 1 || !ring.reaches(first - 2));
    }
    const small = createRing(0, { events: 1_000, chars: 2_000 });
    for (let seq = 1; seq <= 100; seq++) small.add([entry(seq)], seq);
    assert.ok(small.page(ALL, 0, SIZE).entries.length < 8);
    assert.equal(small.page(ALL, 0, SIZE).entries.at(-1)?.seq, 100);
  });

  it('stops before an event that this build can not read, and does not go past it', () => {
    const ring = createRing(0, SIZE);
    ring.add([entry(1), unreadable(2), entry(3)], 3);
    assert.deepEqual(ring.page(SHOP, 0, SIZE), { entries: ring.page(ALL, 0, SIZE).entries, end: 1 });
    assert.throws(() => ring.page(SHOP, 1, SIZE), /Event 2 can't be read/);
    assert.deepEqual(seqs(ring.page({ accounts: [], types: ['account.*'] }, 0, SIZE).entries), []);
  });
});

it('forgets what was erased with its account, and nothing else', () => {
  const ring = createRing(0, SIZE);
  const of = (seq: number, account: string, type: string): Entry => ({ seq, account, type, text: ['', ''] });
  ring.add(
    [of(1, 'shop', 'message.received'), of(2, 'other', 'message.received'), of(3, 'shop', 'account.deleted')],
    3,
  );
  assert.deepEqual(seqs(ring.page(ALL, 0, SIZE).entries), [1, 2, 3]);
  // 4 came in while the device was being unlinked
  ring.add([of(4, 'shop', 'message.received'), of(5, 'shop', 'account.erased')], 5);
  assert.deepEqual(seqs(ring.page(ALL, 0, SIZE).entries), [2, 3, 5]);
  ring.add([of(6, 'shop', 'account.created'), of(7, 'shop', 'message.received')], 7);
  ring.add([of(8, 'shop', 'account.erased')], 8); // once more
  assert.deepEqual(seqs(ring.page(ALL, 0, SIZE).entries), [2, 3, 5, 6, 7, 8]);
  assert.equal(ring.reaches(0), true);
});
