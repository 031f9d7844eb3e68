import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isAfter, parseMoment } from '../../src/events/moment.ts';

it('is a position, unix seconds or a time', () => {
  assert.deepEqual(parseMoment('0'), { seq: 0 });
  assert.deepEqual(parseMoment('999999999'), { seq: 999_999_999 });
  assert.deepEqual(parseMoment('1772366400'), { ms: 1_772_366_400_000 });
  assert.deepEqual(parseMoment('2026-03-01T12:00:00Z'), { ms: 1_772_366_400_000 });
  assert.deepEqual(parseMoment('2026-03-01T13:00:00.000+01:00'), { ms: 1_772_366_400_000 });
  assert.deepEqual(parseMoment('2026-03-01'), { ms: 1_772_323_200_000 });
  for (const wrong of ['', '-1', '1.5', 'now', '2026-13-01', '2026-03-01T12:00:00', '1e9', '1234567890123'])
    assert.equal(parseMoment(wrong), null, wrong);
});

it('includes what happened at it', () => {
  const event = { seq: 5, at: '2026-03-01T12:00:00.000Z' };
  assert.deepEqual(
    [4, 5].map((seq) => isAfter({ seq }, event)),
    [true, false],
  );
  assert.deepEqual(
    [1_772_366_399_999, 1_772_366_400_000].map((ms) => isAfter({ ms }, event)),
    [true, false],
  );
});
