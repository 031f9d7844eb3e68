import assert from 'node:assert/strict';
import { it } from 'node:test';
import { dueMedia, foldMedia, noMedia, positionOf, settled } from '../../src/reactors/open-media.ts';
import { type Given, recorded } from '../support/projection-spec.ts';

const ANN = { jid: '100000000000001@lid' };
const about = { waId: 'M1', chat: ANN, from: ANN };
const image = { type: 'image', text: null, media: { size: 5 } } as const;
const arrived = (waId = 'M1'): Given => ({
  type: 'message.received',
  data: { ...about, waId, timestamp: 1, content: image },
  raw: 'AA==',
});
const kept = { fileId: 'f', sha256: 's', length: 5, mimetype: 'image/png' };
const stored: Given = { type: 'media.stored', data: { ...about, fromMe: false, ...kept } };
const failed = (attempt: number, final = false): Given => ({
  type: 'media.failed',
  data: { ...about, fromMe: false, attempt, reason: 'no', final },
});
const deleted: Given = { type: 'account.deleted', data: { collectionName: 'auth_shop' } } as Given;

const after = (...events: Given[]) => foldMedia(noMedia(0), recorded(events));
const LATER = Date.UTC(2027, 0);
const due = (state: ReturnType<typeof after>, now = LATER) =>
  dueMedia(state, now, new Set()).map(({ key }) => key);

it('fetches what came with a file, oldest first, once', () => {
  const state = after(arrived('M2'), arrived('M1'), arrived('M2'));
  assert.deepEqual(due(state), [
    'shop/l100000000000001/l100000000000001/M2',
    'shop/l100000000000001/l100000000000001/M1',
  ]);
  assert.deepEqual(dueMedia(state, LATER, new Set(state.open.keys())), []);
});

it('leaves texts, and files that nobody could fetch, alone', () => {
  const { raw: _, ...without } = arrived();
  const text: Given = {
    type: 'message.received',
    data: { ...about, timestamp: 1, content: { type: 'text', text: 'x' } },
    raw: 'AA==',
  };
  assert.equal(after(without as Given, text).open.size, 0);
});

it('is done with what is stored, given up or erased', () => {
  for (const end of [stored, failed(1, true), failed(5), deleted])
    assert.equal(after(arrived(), end).open.size, 0);
  assert.equal(after(arrived(), { ...deleted, account: 'other' }).open.size, 1);
});

it('fetches nothing that came in behind the tombstone of its account, but what the next life receives', () => {
  assert.equal(after(deleted, arrived()).open.size, 0);
  assert.equal(after(deleted, { ...arrived(), gen: 2 }).open.size, 1);
  assert.equal(after(deleted, { ...arrived(), account: 'other' }).open.size, 1);
});

it('waits 5 s, 30 s, 5 min and 1 h after tries that failed', () => {
  for (const [index, wait] of [5_000, 30_000, 300_000, 3_600_000].entries()) {
    const state = after(arrived(), failed(index + 1));
    const at = Date.parse(recorded([arrived(), failed(index + 1)])[1]?.occurredAt ?? '');
    assert.deepEqual(due(state, at + wait - 1), []);
    assert.equal(due(state, at + wait).length, 1);
    assert.equal([...state.open.values()][0]?.failed, index + 1);
  }
});

it('goes on after a restart before the oldest that is open', () => {
  assert.equal(positionOf(after(arrived('M2'), arrived('M1'), stored)), 0);
  assert.equal(positionOf(after(arrived('M1'), arrived('M2'), stored)), 1);
  assert.equal(positionOf(after(arrived('M1'), stored)), 2);
});

it('knows an outcome before its event comes round, and what it has seen already', () => {
  const outcome = { ...failed(1), account: 'shop', occurredAt: '2026-01-01T00:00:00.000Z' };
  assert.ok(outcome.type === 'media.failed');
  const state = settled(after(arrived()), outcome);
  assert.deepEqual(due(state, Date.UTC(2026, 0, 1) + 4_999), []);
  assert.deepEqual(foldMedia(after(arrived(), stored), recorded([arrived()])).open.size, 0);
});
