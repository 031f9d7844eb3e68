import assert from 'node:assert/strict';
import { it } from 'node:test';
import { subjectOf } from '../../src/events/codec.ts';
import {
  createOpenFiles,
  MAX_ATTEMPTS,
  MEDIA_SUBJECTS,
  type OpenFiles,
} from '../../src/reactors/open-media.ts';
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

const after = (...events: Given[]): OpenFiles => {
  const open = createOpenFiles(0);
  open.fold(recorded(events));
  return open;
};
const LATER = Date.UTC(2027, 0);
const due = (open: OpenFiles, now = LATER) => open.due(now, new Set(), 10).map(({ key }) => key);

it('fetches what came with a file, oldest first, once', () => {
  const open = after(arrived('M2'), arrived('M1'), arrived('M2'));
  const keys = ['shop/l100000000000001/l100000000000001/M2', 'shop/l100000000000001/l100000000000001/M1'];
  assert.deepEqual(due(open), keys);
  assert.deepEqual(open.due(LATER, new Set(keys.slice(0, 1)), 1), open.due(LATER, new Set(), 2).slice(1));
  assert.deepEqual(open.due(LATER, new Set(keys), 1), []);
});

it('fetches the files of whatever has one, each under its own message', () => {
  const data = { ...about, timestamp: 1, content: image };
  const sent = { to: ANN.jid, from: null, bodyHash: '' };
  const raw = 'AA==';
  const cases: [Given, fromMe: boolean][] = [
    [arrived(), false],
    [{ type: 'message.received', data, rawRef: { sha256: 's', length: 9 } }, false],
    [{ type: 'message.sent_elsewhere', data, raw }, true],
    [{ type: 'message.send_requested', data: { ...data, ...sent }, raw }, true],
    [{ type: 'media.requested', data: { ...about, fromMe: false, media: { size: 5 } }, raw }, false],
    [{ type: 'media.requested', data: { ...about, fromMe: true, media: { size: 5 } }, raw }, true],
  ];
  for (const [event, fromMe] of cases) {
    const [subject, ...patterns] = [subjectOf({ account: 'shop', ...event }), ...MEDIA_SUBJECTS];
    const isRead = (pattern: string) => subject?.startsWith(pattern.replace('*', 'shop').slice(0, -1));
    assert.ok(patterns.some(isRead), `reads ${subject}`);
    const other: Given = { type: 'media.stored', data: { ...about, ...kept, fromMe: !fromMe } };
    const its: Given = { type: 'media.stored', data: { ...about, ...kept, fromMe } };
    assert.equal(after(event, other).count(), 1, `${event.type} ${fromMe}`);
    assert.equal(after(event, its).count(), 0, `${event.type} ${fromMe}`);
  }
});

it('leaves texts, and files that nobody could or need fetch, alone', () => {
  const { raw: _, ...without } = arrived();
  const uploaded: Given = {
    type: 'message.send_requested',
    data: {
      ...about,
      to: ANN.jid,
      from: null,
      bodyHash: '',
      timestamp: 1,
      content: { ...image, media: { size: 5, fileId: 'f' } },
    },
    raw: 'AA==',
  };
  const text: Given = {
    type: 'message.received',
    data: { ...about, timestamp: 1, content: { type: 'text', text: 'x' } },
    raw: 'AA==',
  };
  assert.equal(after(without as Given, text, uploaded).count(), 0);
});

it('is done with what is stored, given up or erased', () => {
  for (const end of [stored, failed(1, true), failed(MAX_ATTEMPTS), deleted]) {
    assert.equal(after(arrived(), end).count(), 0);
    assert.equal(after(end).count(), 0);
  }
  assert.equal(after(arrived(), failed(MAX_ATTEMPTS - 1)).count(), 1);
  assert.equal(after(arrived(), { ...deleted, account: 'other' }).count(), 1);
  assert.equal(after({ ...arrived(), gen: 2 }, deleted).count(), 1, 'of an earlier life');
});

it('fetches nothing that came in behind the tombstone of its account, but what the next life receives', () => {
  assert.equal(after(deleted, arrived()).count(), 0);
  assert.equal(after(deleted, { ...arrived(), gen: 2 }).count(), 1);
  assert.equal(after(deleted, { ...arrived(), account: 'other' }).count(), 1);
});

it('waits 5 s, 30 s, 5 min and 1 h after tries that failed', () => {
  for (const [index, wait] of [5_000, 30_000, 300_000, 3_600_000].entries()) {
    const open = after(arrived(), failed(index + 1), arrived());
    const at = Date.parse(recorded([arrived(), failed(index + 1)])[1]?.occurredAt ?? '');
    assert.deepEqual(due(open, at + wait - 1), []);
    const [again] = open.due(at + wait, new Set(), 1);
    assert.deepEqual([again?.event.data.waId, again?.failed], ['M1', index + 1]);
  }
});

it('goes on after a restart before the oldest that is open', () => {
  assert.equal(after(arrived('M2'), arrived('M1'), stored).position(), 0);
  assert.equal(after(arrived('M1'), arrived('M2'), stored).position(), 1);
  assert.equal(after(arrived('M1'), stored).position(), 2);
});

it('knows an outcome before its event comes round, and what it has seen already', () => {
  const outcome = { ...failed(1), account: 'shop', occurredAt: '2026-01-01T00:00:00.000Z' };
  assert.ok(outcome.type === 'media.failed');
  const open = after(arrived());
  open.settle(outcome);
  assert.deepEqual(due(open, Date.UTC(2026, 0, 1) + 4_999), []);
  const ended = after(arrived(), stored);
  ended.fold(recorded([arrived()]));
  assert.equal(ended.count(), 0);
});

it('knows of lives that ended before it began', () => {
  const open = createOpenFiles(0, new Map([['shop', 1]]));
  open.fold(recorded([arrived(), { ...arrived(), gen: 2 }]));
  assert.deepEqual(
    open.due(LATER, new Set(), 10).map(({ event }) => event.gen),
    [2],
  );
});

it('does not go through a long backlog for each file of it', () => {
  const open = createOpenFiles(0);
  open.fold(recorded(Array.from({ length: 1_000 }, (_, n) => arrived(`M${n}`))));
  let looks = 0;
  const busy = {
    has: (key: string): boolean => {
      looks++;
      return key.endsWith('/M0');
    },
  };
  assert.deepEqual(
    open.due(LATER, busy, 3).map(({ event }) => event.data.waId),
    ['M1', 'M2', 'M3'],
  );
  assert.equal(looks, 4);
});
