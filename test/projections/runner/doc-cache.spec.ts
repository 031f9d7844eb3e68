import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Stored } from '../../../src/ports/view-store.ts';
import { createDocCache } from '../../../src/projections/runner/doc-cache.ts';

const setup = () => {
  const stored = new Map<string, Stored>([['a', { _id: 'a' }]]);
  const asked: string[][] = [];
  const cache = createDocCache(async (_collection, ids) => {
    asked.push([...ids]);
    return new Map(
      ids.flatMap((id) => {
        const doc = stored.get(id);
        return doc === undefined ? [] : [[id, doc]];
      }),
    );
  });
  return { cache, asked };
};
const write = (id: string, after: Stored | null, collection = 'chats') => ({
  collection,
  id,
  before: null,
  after,
});

it('asks for a document once, and for one that is not there each time', async () => {
  const { cache, asked } = setup();
  await cache.load('chats', ['a', 'b']);
  assert.deepEqual([...(await cache.load('chats', ['a', 'b'])).keys()], ['a']);
  assert.deepEqual(asked, [['a', 'b'], ['b']]);
});

it('knows what was committed, and what was deleted', async () => {
  const { cache, asked } = setup();
  await cache.load('chats', ['a']);
  cache.committed([write('a', null), write('b', { _id: 'b' })]);
  assert.deepEqual([...(await cache.load('chats', ['b'])).keys()], ['b']);
  await cache.load('chats', ['a']);
  assert.deepEqual(asked, [['a'], ['a']]);
});

it('tells collections apart', async () => {
  const { cache, asked } = setup();
  await cache.load('chats', ['a']);
  await cache.load('messages', ['a']);
  assert.equal(asked.length, 2);
});

it('forgets everything when it is told to', async () => {
  const { cache, asked } = setup();
  await cache.load('chats', ['a']);
  cache.clear();
  await cache.load('chats', ['a']);
  assert.deepEqual(asked, [['a'], ['a']]);
});

it('keeps the 1,000 documents of a collection that were used last', async () => {
  const { cache, asked } = setup();
  await cache.load('chats', ['a']);
  const many = Array.from({ length: 999 }, (_, n) => write(`n${n}`, { _id: `n${n}` }));
  cache.committed(many);
  await cache.load('chats', ['a']);
  cache.committed([write('x', { _id: 'x' })]);
  await cache.load('chats', ['a', 'n1']);
  assert.deepEqual(asked, [['a']]);
  await cache.load('chats', ['n0']);
  assert.deepEqual(asked, [['a'], ['n0']]);
});

it('lets no number of messages push out a chat', async () => {
  const { cache, asked } = setup();
  await cache.load('chats', ['a']);
  cache.committed(Array.from({ length: 5_000 }, (_, n) => write(`n${n}`, { _id: `n${n}` }, 'messages')));
  await cache.load('chats', ['a']);
  assert.deepEqual(asked, [['a']]);
});
