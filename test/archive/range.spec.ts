import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rangeOf } from '../../src/archive/export.ts';

const log = (lastSeq: number, purgedUpto = 0) => ({
  created: '2026-03-01T12:00:00.000Z',
  lastSeq,
  purgedUpto,
  firstSeq: 1,
  messages: lastSeq,
  bytes: 0,
  maxBytes: -1,
});

it('exports all that the log holds, or the stretch that is asked for', () => {
  assert.deepEqual(rangeOf({}, log(9)), { from: 1, to: 9 });
  assert.deepEqual(rangeOf({}, log(9, 4)), { from: 5, to: 9 });
  assert.deepEqual(rangeOf({ from: 3, to: 7 }, log(9)), { from: 3, to: 7 });
});

it('says what the log has not', () => {
  assert.throws(() => rangeOf({}, log(0)), { message: 'The log holds nothing to export' });
  assert.throws(() => rangeOf({}, log(9, 9)), { message: 'The log holds nothing to export' });
  assert.throws(() => rangeOf({ from: 12 }, log(9)), { message: '--from 12: the log ends at 9' });
  assert.throws(() => rangeOf({ to: 12 }, log(9)), { message: '--to 12: the log ends at 9' });
  assert.throws(() => rangeOf({ from: 7, to: 3 }, log(9)), { message: 'There is nothing from 7 to 3' });
  assert.throws(() => rangeOf({ from: 4 }, log(9, 4)), /purged up to 4/);
});
