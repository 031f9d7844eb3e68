import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, before, beforeEach, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CollectionOptions, Db, Filter } from 'mongodb';
import { loadSecretKey } from '../../../src/adapters/crypto.ts';
import { type AuthStore, createAuthStore } from '../../../src/adapters/mongo/auth-store.ts';
import { type KeyDoc, NewerOwner, OWNER } from '../../../src/adapters/mongo/auth-store-docs.ts';
import { checkSecretKey } from '../../../src/adapters/mongo/secret-check.ts';
import { hasCode } from '../../../src/errors.ts';
import { asObject, deleted, openAuthStores, session } from '../../support/auth-stores.ts';
import { ownerOf, TEST_SECRET } from '../../support/baileys.ts';

const WRITER = fileURLToPath(new URL('../../support/key-writer.js', import.meta.url));
const OTHER_SECRET = Buffer.alloc(32, 9).toString('base64');

let scene: Awaited<ReturnType<typeof openAuthStores>>;
let state: Db;
let store: AuthStore;
let account = '';

before(async () => {
  scene = await openAuthStores();
  ({ state, store } = scene);
});
after(() => scene.end());
beforeEach(() => {
  account = `a${randomUUID().slice(0, 8)}`;
});

const reload = async (epoch: number) => asObject((await store.open(ownerOf(account, epoch))).loaded);
const documents = () => state.collection<KeyDoc>(`keys_${account}`);

it('gives back what was committed, whether it was folded or not', async () => {
  const journal = await store.open(ownerOf(account, 1));
  assert.deepEqual(journal.loaded, []);
  await journal.write([session('a', 1), { type: 'creds', id: 'me', value: { key: Buffer.from([1, 2]) } }]);
  await journal.fold();
  await journal.write([session('a', 2), session('b', 1)]);
  await journal.write([deleted('session', 'b')]);
  const expected = { 'session|a': { n: 2 }, 'creds|me': { key: Buffer.from([1, 2]) } };
  assert.deepEqual(await reload(2), expected);
  assert.deepEqual(await reload(3), expected);
});

it('folds what an earlier owner left in the journal, too', async () => {
  const killed = await store.open(ownerOf(account, 1));
  await killed.write([session('a', 1), session('b', 1)]);
  await killed.fold();
  await killed.write([session('a', 2), deleted('session', 'b'), session('c', 1)]);
  const next = await store.open(ownerOf(account, 2));
  await next.write([session('c', 2)]);
  await next.fold();
  const expected = { 'session|a': { n: 2 }, 'session|c': { n: 2 } };
  assert.deepEqual(await reload(3), expected);
  await next.fold();
  assert.deepEqual(await reload(4), expected);
});

it('keeps the journal short', async () => {
  const journal = await store.open(ownerOf(account, 1));
  for (let n = 0; n < 20; n++) await journal.write([session('a', n)]);
  await journal.fold();
  assert.deepEqual(await documents().countDocuments({ _id: { $gt: 0 } }), 2);
});

it('never brings back an older value, even if folded rows linger', async () => {
  const journal = await store.open(ownerOf(account, 1));
  await journal.write([session('a', 1)]);
  const row = await documents().findOne({ _id: 2 });
  await journal.write([deleted('session', 'a')]);
  await journal.fold();
  // as after a crash in the middle of deleting rows
  await documents().insertOne(row ?? assert.fail());
  assert.deepEqual(await reload(2), {});
});

it('stores nothing readable', async () => {
  const journal = await store.open(ownerOf(account, 1));
  await journal.write([{ type: 'creds', id: 'me', value: { name: 'plain to see' } }]);
  await journal.fold();
  const docs = await state.collection(`keys_${account}`, { promoteBuffers: true }).find().toArray();
  const bytes = docs.flatMap((doc) => (doc.v instanceof Uint8Array ? [Buffer.from(doc.v)] : []));
  assert.equal(bytes.length, 2);
  assert.ok(bytes.every((value) => !value.includes('plain to see')));
});

it('refuses to load with another key, and changes nothing', async () => {
  const journal = await store.open(ownerOf(account, 1));
  await journal.write([session('a', 1)]);
  const wrong = createAuthStore(state, await loadSecretKey({ secretKey: OTHER_SECRET, dataDir: '' }));
  await assert.rejects(wrong.open(ownerOf(account, 2)), (error) => hasCode(error, 'misconfigured'));
  assert.deepEqual(await reload(3), { 'session|a': { n: 1 } });
});

it('refuses to load where a row is missing', async () => {
  const journal = await store.open(ownerOf(account, 1));
  for (let n = 0; n < 3; n++) await journal.write([session('a', n)]);
  await documents().deleteOne({ _id: 3 });
  await assert.rejects(store.open(ownerOf(account, 2)), /row 3 is missing/);
});

it('stops a zombie at its next row and its next fold, and an older lease at the door', async () => {
  const zombie = await store.open(ownerOf(account, 1));
  await zombie.write([session('a', 1)]);
  const owner = await store.open(ownerOf(account, 2));
  await assert.rejects(zombie.write([session('a', 99)]), NewerOwner);
  await owner.write([session('a', 2)]);
  await owner.fold();
  await assert.rejects(zombie.fold(), NewerOwner);
  await assert.rejects(store.open(ownerOf(account, 1)), NewerOwner);
  assert.deepEqual(await reload(3), { 'session|a': { n: 2 } });
});

/** As `state`, but the last document of a read of everything (the owner's) is found only after `meanwhile`. */
const readSlowly = (meanwhile: () => Promise<unknown>): Db => {
  const collection = (name: string, options: CollectionOptions) => {
    const keys = state.collection<KeyDoc>(name, options);
    const find = keys.find.bind(keys);
    const findSlowly = (filter: Filter<KeyDoc>) => {
      const cursor = find(filter);
      const toArray = async () => {
        const docs = await find({ _id: { $ne: OWNER } }).toArray();
        await meanwhile();
        return [...docs, ...(await find({ _id: OWNER }).toArray())];
      };
      return Object.keys(filter).length === 0 ? Object.assign(cursor, { toArray }) : cursor;
    };
    return Object.assign(keys, { find: findSlowly });
  };
  return Object.create(state, { collection: { value: collection } });
};

it('loads the newest keys even while a former owner folds', async () => {
  const former = await store.open(ownerOf(account, 1));
  await former.write([session('a', 1)]);
  await former.fold();
  await former.write([session('a', 2)]);
  const secret = await loadSecretKey({ secretKey: TEST_SECRET, dataDir: '' });
  const next = createAuthStore(
    readSlowly(() => assert.rejects(former.fold(), NewerOwner)),
    secret,
  );
  const { loaded } = await next.open(ownerOf(account, 2));
  assert.deepEqual(asObject(loaded), { 'session|a': { n: 2 } });
  assert.deepEqual(await reload(3), { 'session|a': { n: 2 } });
});

it('writes no row once the lease is gone: the account may have been paired anew since', async () => {
  let mine = true;
  const former = await store.open(ownerOf(account, 1, () => mine));
  for (let n = 0; n < 3; n++) await former.write([session('old', n)]);
  mine = false;
  await store.erase(`keys_${account}`);
  const anew = await store.open(ownerOf(account, 2));
  await anew.write([session('new', 1)]);
  await assert.rejects(former.write([session('old', 99)]), NewerOwner);
  assert.deepEqual(await reload(3), { 'session|new': { n: 1 } });
});

it('leaves the documents alone once the lease is gone', async () => {
  let mine = true;
  const journal = await store.open(ownerOf(account, 1, () => mine));
  await journal.write([session('a', 1)]);
  mine = false;
  await store.erase(`keys_${account}`);
  await journal.fold();
  assert.deepEqual(await documents().countDocuments(), 0);
});

it('lets only one of two owners of one lease write', async () => {
  const journals = [await store.open(ownerOf(account, 1)), await store.open(ownerOf(account, 1))];
  const outcomes = await Promise.allSettled(journals.map((journal, n) => journal.write([session('a', n)])));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
});

it('erases, and again', async () => {
  const journal = await store.open(ownerOf(account, 1));
  await journal.write([session('a', 1)]);
  await store.erase(`keys_${account}`);
  await store.erase(`keys_${account}`);
  assert.deepEqual(await reload(2), {});
});

it('holds exactly the committed rows after kill -9 in the middle of writes and folds', async () => {
  let committed = 0;
  for (let epoch = 1; epoch <= 4; epoch++) {
    const writer = fork(WRITER, [scene.url, state.databaseName, account, String(epoch)]);
    writer.on('message', (n) => {
      committed = Math.max(committed, Number(n));
    });
    const goal = committed + 55;
    while (committed < goal) await once(writer, 'message');
    writer.kill('SIGKILL');
    await once(writer, 'exit');
  }
  const loaded = await reload(9);
  const counter = Number(loaded['creds|counter']);
  // the last row may have been committed without our having heard of it
  assert.ok(counter === committed || counter === committed + 1, `${counter} after ${committed}`);
  for (let n = counter; n > counter - 7; n--) assert.deepEqual(loaded[`session|peer-${n % 7}`], { n });
  for (let n = counter; n > counter - 3; n--) {
    assert.deepEqual(loaded[`pre-key|${n % 3}`], n % 2 === 0 ? undefined : Buffer.from([n % 256]));
  }
});

it('refuses a start with another SECRET_KEY than the first', async () => {
  const first = await loadSecretKey({ secretKey: TEST_SECRET, dataDir: '' });
  await Promise.all([checkSecretKey(state, first), checkSecretKey(state, first)]);
  await checkSecretKey(state, first);
  const other = await loadSecretKey({ secretKey: OTHER_SECRET, dataDir: '' });
  await assert.rejects(checkSecretKey(state, other), (error) => hasCode(error, 'misconfigured'));
});
