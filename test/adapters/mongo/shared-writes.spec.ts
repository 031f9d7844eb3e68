import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sharedWrites } from '../../../src/adapters/mongo/shared-writes.ts';

type Write = Readonly<{ items: readonly number[]; end: (error?: Error) => void }>;

const setUp = (gatherMs = 0) => {
  const writes: Write[] = [];
  let begun = (): void => {};
  const put = sharedWrites<number>(
    (items) =>
      new Promise((resolve, reject) => {
        writes.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) });
        begun();
      }),
    gatherMs,
  );
  const nextWrite = (): Promise<void> =>
    new Promise((resolve) => {
      begun = resolve;
    });
  return { writes, put, nextWrite };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('writes at once, and what comes meanwhile together', async () => {
  const { writes, put, nextWrite } = setUp();
  const first = put([1]);
  await nextWrite();
  const later = [put([2]), put([3, 4])];
  const second = nextWrite();
  await turn();
  assert.equal(writes.length, 1, 'one at a time');
  writes[0]?.end();
  await first;
  await second;
  writes[1]?.end();
  await Promise.all(later);
  assert.deepEqual(
    writes.map(({ items }) => items),
    [[1], [2, 3, 4]],
  );
  await put([]);
  assert.equal(writes.length, 2);
});

it('gathers for a while where it is asked to', async () => {
  const { writes, put, nextWrite } = setUp(50);
  const begun = nextWrite();
  const puts = [put([1])];
  await turn();
  puts.push(put([2]));
  await begun;
  writes[0]?.end();
  await Promise.all(puts);
  assert.deepEqual(
    writes.map(({ items }) => items),
    [[1, 2]],
  );
});

it('tells everybody who shared a write that it failed, and nobody else', async () => {
  const { writes, put, nextWrite } = setUp(1);
  const failing = Promise.allSettled([put([1]), put([2])]);
  await nextWrite();
  const later = put([3]);
  const second = nextWrite();
  writes[0]?.end(new Error('away'));
  assert.deepEqual(
    (await failing).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await second;
  writes[1]?.end();
  await later;
  assert.deepEqual(
    writes.map(({ items }) => items),
    [[1, 2], [3]],
  );
});
