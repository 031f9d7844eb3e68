import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isTransient } from '../../../src/adapters/mongo/auth-store-docs.ts';
import { inTime } from '../../../src/adapters/mongo/in-time.ts';

it('gives what came in time, and the limit to the driver', async () => {
  assert.deepEqual(await inTime(5_000, async (limit) => limit), { timeoutMS: 5_000 });
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
