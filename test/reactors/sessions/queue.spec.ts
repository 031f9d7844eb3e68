import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createLimit, createQueue } from '../../../src/reactors/sessions/queue.ts';

it('runs one task at a time, in order, and goes on after one that fails', async () => {
  const heard: unknown[] = [];
  const enqueue = createQueue((error) => heard.push(error));
  const failure = new Error('no');
  await new Promise<void>((resolve) => {
    enqueue(async () => {
      heard.push('a begins');
      await turn();
      heard.push('a ends');
    });
    enqueue(() => Promise.reject(failure));
    enqueue(async () => void heard.push('b'));
    enqueue(async () => resolve());
  });
  assert.deepEqual(heard, ['a begins', 'a ends', failure, 'b']);
});

it('lets so many run at once, and the next when one has ended, however it did', async () => {
  const limit = createLimit(2);
  let running = 0;
  let most = 0;
  const task = (fails: boolean) => () =>
    limit(async () => {
      running++;
      most = Math.max(most, running);
      await turn();
      running--;
      if (fails) throw new Error('no');
    });
  const ended = await Promise.allSettled([true, false, true, false, false].map((fails) => task(fails)()));
  assert.equal(most, 2);
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
});

it('lets who waits begin in the order they came, and gives places back where nobody waits', async () => {
  const limit = createLimit(1);
  const begun: number[] = [];
  for (const round of [0, 3]) {
    const tasks = [0, 1, 2].map((n) => limit(async () => void begun.push(round + n)));
    await Promise.race([Promise.all(tasks), turn()]);
  }
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
});
