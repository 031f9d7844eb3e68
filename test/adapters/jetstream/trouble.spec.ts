import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createDoubt } from '../../../src/adapters/jetstream/trouble.ts';
import { WildcatError } from '../../../src/errors.ts';

const stored = (): Promise<number> => Promise.resolve(1);
const failed = (code: 'unavailable' | 'log_full') => (): Promise<never> =>
  Promise.reject(new WildcatError(code, 'no'));

it('doubts an append that waits for two seconds, until it ends', async () => {
  let now = 0;
  const doubt = createDoubt(() => now);
  let end = (): void => {};
  const waiting = doubt.watch(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  now = 1_999;
  assert.equal(doubt.exists(), false);
  now = 2_000;
  assert.equal(doubt.exists(), true);
  await doubt.watch(stored);
  assert.equal(doubt.exists(), true, 'another one that was stored says nothing of this one');
  assert.equal(doubt.isLong(), false);
  now = 5_000;
  assert.equal(doubt.isLong(), true);
  end();
  await waiting;
  assert.equal(doubt.exists(), false);
});

it('doubts the log after an append was given up, until one is stored', async () => {
  const doubt = createDoubt();
  await assert.rejects(doubt.watch(failed('log_full')));
  assert.equal(doubt.exists(), false, 'a refusal is an answer');
  await assert.rejects(doubt.watch(failed('unavailable')));
  assert.equal(doubt.exists(), true);
  assert.equal(doubt.isLong(), false, 'nobody waits any more');
  await doubt.watch(stored);
  assert.equal(doubt.exists(), false);
});
