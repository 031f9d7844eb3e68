import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTurns } from '../../../src/adapters/jetstream/turns.ts';

it('lets the first of each key go, and the next once it has left, whoever gave up meanwhile', () => {
  const turns = createTurns<string>(([key = '']) => key);
  const all = ['a1', 'a2', 'a3', 'b1'];
  for (const one of all) turns.join(one);
  const first = () => all.filter((one) => turns.isFirst(one));
  assert.deepEqual(first(), ['a1', 'b1']);
  assert.equal(turns.leave('a2'), undefined);
  assert.equal(turns.leave('a1'), 'a3');
  assert.deepEqual(first(), ['a3', 'b1']);
  assert.equal(turns.leave('a3'), undefined);
  turns.join('a1');
  assert.deepEqual(first(), ['a1', 'b1']);
});
