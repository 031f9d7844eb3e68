import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chain, type Entry, entryOf, sizeOf } from '../../src/doors/entries.ts';
import { createRing, type Ring } from '../../src/doors/ring.ts';
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
    const [full, two] = [
      { events: 9, chars: 1 },
      { events: 2, chars: 1_000_000 },
    ].map((size) => ring.page(ALL, 10, size));
    assert.deepEqual([seqs(full?.entries ?? []), full?.end], [[11], 11]);
    assert.deepEqual([seqs(two?.entries ?? []), two?.end], [[11, 12], 12]);
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
      assert.ok(kept.length >= Math.min(seq, 6), 'a quarter at once, and no more');
    }
    const small = createRing(0, { events: 1_000, chars: 2_000 });
    for (let seq = 1; seq <= 100; seq++) small.add([entry(seq)], seq);
    const { entries } = small.page(ALL, 0, SIZE);
    const chars = entries.reduce((sum, one) => sum + sizeOf(one), 0);
    assert.ok(chars > 1_000 && chars <= 2_000, `${entries.length} entries, ${chars} characters`);
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

describe('what was erased with its account', () => {
  const of = (seq: number, account: string, type: string): Entry => ({ seq, account, type, text: ['', ''] });
  const kept = (ring: Ring) => seqs(ring.page(ALL, 0, SIZE).entries);
  /** Of one account after another, from position 1 on. */
  const life = (...told: [account: string, type: string][]): Ring => {
    const ring = createRing(0, SIZE);
    ring.add(
      told.map(([account, type], index) => of(index + 1, account, type)),
      told.length,
    );
    return ring;
  };

  it('is forgotten, and nothing else', () => {
    const ring = life(
      ['shop', 'account.created'],
      ['shop', 'message.received'],
      ['other', 'message.received'],
    );
    ring.add([of(4, 'shop', 'account.deleted')], 4);
    assert.deepEqual(kept(ring), [1, 2, 3, 4]);
    // 5 came in while the device was being unlinked
    ring.add([of(5, 'shop', 'message.received'), of(6, 'shop', 'account.erased')], 6);
    assert.deepEqual(kept(ring), [3, 4, 6]);
    ring.add([of(7, 'shop', 'account.created'), of(8, 'shop', 'message.received')], 8);
    ring.add([of(9, 'shop', 'account.erased')], 9); // once more
    assert.deepEqual(kept(ring), [3, 4, 6, 7, 8, 9]);
    assert.equal(ring.reaches(0), true);
  });

  it('is told by its own tombstone and birth, not by those of another account', () => {
    const ring = life(
      ['other', 'message.received'],
      ['shop', 'message.received'],
      ['shop', 'account.deleted'],
      ['other', 'account.deleted'],
      ['other', 'account.created'],
      ['shop', 'message.received'],
      ['shop', 'account.erased'],
    );
    assert.deepEqual(kept(ring), [1, 3, 4, 5, 7]);
  });

  it('leaves the next life alone, also where that has begun before', () => {
    const ring = life(
      ['shop', 'message.received'],
      ['shop', 'account.deleted'],
      ['shop', 'account.created'],
      ['shop', 'message.received'],
      ['shop', 'account.erased'],
    );
    assert.deepEqual(kept(ring), [2, 3, 4, 5]);
  });
});
