import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCommitter } from '../../../../src/adapters/baileys/output-commit/committer.ts';
import type { KeyChange } from '../../../../src/adapters/mongo/auth-store-docs.ts';

type Held = { resolve: () => void; reject: (error: Error) => void };
const held = (): { promise: Promise<void> } & Held => {
  let handles: Held = { resolve: () => undefined, reject: () => undefined };
  const promise = new Promise<void>((resolve, reject) => {
    handles = { resolve, reject };
  });
  return { promise, ...handles };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));
const key = (id: string, value: number): KeyChange => ({ type: 'session', id, value });

const setup = () => {
  const groups: (readonly KeyChange[])[] = [];
  const writes: Held[] = [];
  const failures: Error[] = [];
  const told: number[] = [];
  const committer = createCommitter({
    write: (changes) => {
      const write = held();
      groups.push(changes);
      writes.push(write);
      return write.promise;
    },
    onDurable: () => told.push(committer.durable()),
    onFailure: (error) => failures.push(error),
  });
  return { committer, groups, writes, failures, told };
};

it('writes no key before the work in front of it is done', async () => {
  const { committer, groups } = setup();
  const event = held();
  committer.step(() => event.promise);
  committer.keys([key('a', 1)]);
  await turn();
  assert.deepEqual([groups.length, committer.durable(), committer.newest()], [0, 0, 2]);
  event.resolve();
  await turn();
  assert.deepEqual(groups, [[key('a', 1)]]);
});

it('gathers what is ready while it writes, the last value of each key', async () => {
  const { committer, groups, writes } = setup();
  committer.keys([key('a', 1)]);
  await turn();
  committer.keys([key('a', 2), key('b', 1)]);
  committer.step(() => Promise.resolve());
  committer.keys([key('a', 3)]);
  committer.step(() => held().promise);
  committer.keys([key('c', 1)]);
  await turn();
  writes[0]?.resolve();
  await turn();
  assert.deepEqual(groups, [[key('a', 1)], [key('a', 3), key('b', 1)]]);
  assert.equal(committer.durable(), 1);
  writes[1]?.resolve();
  await turn();
  assert.equal(committer.durable(), 4);
});

it('writes what one turn of the event loop changes as one group', async () => {
  const { committer, groups } = setup();
  committer.keys([key('a', 1)]);
  await Promise.resolve();
  committer.keys([key('b', 1)]);
  assert.deepEqual(groups, []);
  await turn();
  assert.deepEqual(groups, [[key('a', 1), key('b', 1)]]);
});

it('writes one group at a time, whatever ends meanwhile, and of 2,000 changes at most', async () => {
  const { committer, groups, writes } = setup();
  const event = held();
  committer.keys([key('a', 1)]);
  await turn();
  committer.step(() => event.promise);
  for (let n = 0; n < 2_001; n++) committer.keys([key(`b${n}`, n)]);
  event.resolve();
  await turn();
  await turn();
  assert.deepEqual(groups, [[key('a', 1)]]);
  for (const size of [2_000, 1]) {
    writes.at(-1)?.resolve();
    await turn();
    assert.equal(groups.at(-1)?.length, size);
  }
  writes[2]?.resolve();
  await turn();
  committer.keys([key('c', 1)]);
  await turn();
  assert.deepEqual(groups[3], [key('c', 1)], 'and goes on later');
});

it('tells each who waits in its time, and everybody else whenever there is more', async () => {
  const { committer, told } = setup();
  const works = [held(), held(), held()];
  const done: number[] = [];
  works.forEach((work, n) => {
    const begin = n === 1 ? committer.aside : committer.step;
    begin(
      () => work.promise,
      () => done.push(n + 1),
    );
  });
  const heard: number[] = [];
  for (const n of [3, 1, 2]) void committer.whenDurable(n).then(() => heard.push(n));
  for (const n of [1, 2, 3]) {
    works[n - 1]?.resolve();
    await turn();
    assert.deepEqual([heard, done, told], Array(3).fill([1, 2, 3].slice(0, n)));
  }
  assert.equal(await Promise.race([committer.whenDurable(1), turn().then(() => 'late')]), undefined);
});

it('lets keys overtake what only frames wait for', async () => {
  const { committer, groups, writes } = setup();
  const [row, event] = [held(), held()];
  committer.aside(() => row.promise);
  committer.keys([key('a', 1)]);
  committer.step(() => event.promise);
  committer.keys([key('b', 1)]);
  await turn();
  assert.deepEqual(groups, [[key('a', 1)]]);
  writes[0]?.resolve();
  event.resolve();
  await turn();
  assert.deepEqual(groups, [[key('a', 1)], [key('b', 1)]]);
  assert.equal(committer.durable(), 0);
  row.resolve();
  await turn();
  assert.equal(committer.durable(), 3);
  writes[1]?.resolve();
  await committer.whenDurable();
  assert.equal(committer.durable(), 4);
});

it('passes what needs no key written at once, in order, however its work ends', async () => {
  const { committer } = setup();
  const done: number[] = [];
  const [first, second] = [held(), held()];
  committer.step(
    () => first.promise,
    () => done.push(1),
  );
  committer.step(
    () => second.promise,
    () => done.push(2),
  );
  second.resolve();
  await turn();
  assert.deepEqual(done, []);
  first.resolve();
  await committer.whenDurable();
  assert.deepEqual(done, [1, 2]);
});

it('begins no more than 256 pieces of work at a time', async () => {
  const { committer } = setup();
  const works: Held[] = [];
  for (let n = 0; n < 300; n++) {
    committer.step(() => {
      const work = held();
      works.push(work);
      return work.promise;
    });
  }
  assert.equal(works.length, 256);
  works[200]?.resolve();
  await turn();
  assert.equal(works.length, 257);
});

for (const what of ['work', 'write'] as const)
  it(`makes nothing durable any more after failed ${what}`, async () => {
    const { committer, writes, failures } = setup();
    const event = held();
    if (what === 'work') committer.step(() => event.promise);
    committer.keys([key('a', 1)]);
    const waiting = assert.rejects(committer.whenDurable(), /gone/);
    await turn();
    (what === 'work' ? event : writes[0])?.reject(new Error('gone'));
    await waiting;
    committer.keys([key('b', 1)]);
    await turn();
    assert.equal(committer.durable(), 0);
    assert.deepEqual(
      failures.map(({ message }) => message),
      ['gone'],
    );
    await assert.rejects(committer.whenDurable(1), /gone/);
  });

it('begins nothing more after a failure, tells of it once, and keeps its word on what was durable', async () => {
  const { committer, groups, failures, told } = setup();
  const works: Held[] = [];
  for (let n = 0; n < 258; n++)
    committer.step(() => {
      const work = held();
      works.push(work);
      return work.promise;
    });
  works[0]?.resolve();
  await turn();
  committer.keys([key('a', 1)]);
  for (const n of [2, 3]) works[n]?.reject(new Error(`work ${n}`));
  works[1]?.resolve();
  await turn();
  committer.step(() => assert.fail('it was begun'));
  assert.deepEqual(
    [works.length, committer.newest(), committer.durable(), told, groups.length],
    [257, 259, 1, [1], 0],
  );
  assert.deepEqual(
    failures.map(({ message }) => message),
    ['work 2'],
  );
  await committer.whenDurable(1);
  await assert.rejects(committer.whenDurable(2), /work 2/);
});

it('takes nothing once it is sealed, and finishes what it has', async () => {
  const { committer, groups, writes } = setup();
  committer.keys([key('a', 1)]);
  committer.seal();
  committer.keys([key('b', 1)]);
  await turn();
  writes[0]?.resolve();
  await committer.whenDurable();
  assert.deepEqual(groups, [[key('a', 1)]]);
});
