import assert from 'node:assert/strict';
import { it } from 'node:test';
import { remembered } from '../../src/events/remembered.ts';

it('computes a result once while it is in use, and forgets what has not been asked for', () => {
  const asked: string[] = [];
  const length = remembered((text) => {
    asked.push(text);
    return text.length;
  }, 2);
  assert.deepEqual(['a', 'bb', 'a', 'bb'].map(length), [1, 2, 1, 2]);
  assert.deepEqual(asked, ['a', 'bb']);
  assert.deepEqual(['ccc', 'a', 'dddd', 'eeeee'].map(length), [3, 1, 4, 5]);
  assert.deepEqual(asked, ['a', 'bb', 'ccc', 'dddd', 'eeeee']);
  assert.equal(length('bb'), 2);
  assert.deepEqual(asked.slice(5), ['bb']);
});
