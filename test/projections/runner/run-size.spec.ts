import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRunSize } from '../../../src/projections/runner/run-size.ts';

it('halves what was too much, and doubles it after a while', () => {
  const size = createRunSize();
  assert.equal(size.most(), Number.POSITIVE_INFINITY);
  size.tooMuch(4_000);
  assert.equal(size.most(), 2_000);
  for (let n = 0; n < 15; n++) size.done(2_000);
  for (let n = 0; n < 100; n++) size.done(7); // says nothing of a large one
  assert.equal(size.most(), 2_000);
  size.done(2_000);
  assert.equal(size.most(), 4_000);
  for (let n = 0; n < 15; n++) size.done(4_000);
  assert.equal(size.most(), 4_000, 'counts anew after it has grown');
  size.tooMuch(4_000);
  size.done(2_000);
  assert.equal(size.most(), 2_000, 'and after it was too much');
  size.tooMuch(1);
  assert.equal(size.most(), 1);
});
