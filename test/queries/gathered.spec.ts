import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gathered } from '../../src/queries/gathered.ts';

/** Answers are given one by one, by `answer`. */
const slow = (known: readonly string[]) => {
  const asked: (readonly string[])[] = [];
  const open: (() => void)[] = [];
  const find = gathered((ids) => {
    asked.push(ids);
    return new Promise<{ _id: string }[]>((resolve, reject) => {
      open.push(() =>
        ids.includes('bad')
          ? reject(new Error('away'))
          : resolve(known.filter((id) => ids.includes(id)).map((_id) => ({ _id }))),
      );
    });
  });
  return { find, asked, answer: () => open.shift()?.() };
};

it('asks at once for the first, and together for those who come meanwhile', async () => {
  const { find, asked, answer } = slow(['a', 'b']);
  const first = find('a');
  const others = [find('a'), find('b'), find('c')];
  assert.deepEqual(asked, [['a']]);
  answer();
  assert.deepEqual(await first, { _id: 'a' });
  await nextTurn();
  assert.deepEqual(asked, [['a'], ['a', 'b', 'c']]);
  answer();
  assert.deepEqual(await Promise.all(others), [{ _id: 'a' }, { _id: 'b' }, undefined]);
});

it('tells a failure to those who shared it, and goes on', async () => {
  const { find, asked, answer } = slow(['a']);
  const [first, failed, too] = [find('a'), find('bad'), find('a')];
  answer();
  await first;
  await nextTurn();
  answer();
  await assert.rejects(failed, /away/);
  await assert.rejects(too, /away/);
  await nextTurn();
  const again = find('a');
  answer();
  assert.deepEqual(await again, { _id: 'a' });
  assert.equal(asked.length, 3);
});
