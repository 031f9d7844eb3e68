import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inTime } from '../../../src/adapters/mongo/in-time.ts';
import { isTransient } from '../../../src/adapters/mongo/outcome.ts';

it('gives what came in time', async () => {
  assert.equal(await inTime(5_000, async () => 'this'), 'this');
  await assert.rejects(
    inTime(5_000, () => Promise.reject(new Error('no'))),
    /no/,
  );
});

it('gives up a call that never settles, as something to be tried again', async () => {
  await assert.rejects(
    inTime(1, () => new Promise(() => {})),
    (error) => isTransient(error),
  );
});
