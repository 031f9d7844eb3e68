import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, it } from 'node:test';
import { type Collection, type CollectionOptions, type Db, MongoNetworkError } from 'mongodb';
import type { AuthStore } from '../../../src/adapters/mongo/auth-store.ts';
import { type KeyDoc, NewerOwner, OWNER } from '../../../src/adapters/mongo/auth-store-docs.ts';
import { raiseEpoch } from '../../../src/adapters/mongo/auth-store-load.ts';
import { asObject, deleted, openAuthStores, session } from '../../support/auth-stores.ts';
import { ownerOf } from '../../support/baileys.ts';

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

/** As `state`, with collections whose methods are other ones. */
const changed = (change: (keys: Collection<KeyDoc>) => Partial<Collection<KeyDoc>>): Db => {
  const collection = (name: string, options: CollectionOptions) => {
    const keys = state.collection<KeyDoc>(name, options);
    return Object.assign(keys, change(keys));
  };
  return Object.create(state, { collection: { value: collection } });
};

it('lets all that open at once under one lease have the journal in turn', async () => {
  const journals = await Promise.all(Array.from({ length: 4 }, () => store.open(ownerOf(account, 1))));
  assert.equal(journals.length, 4);
  assert.equal(await documents().countDocuments({ _id: { $gt: 0 } }), 4);
});

it('leaves the epoch where a newer owner has raised it', async () => {
  const journal = (epoch: number) => ({
    keys: documents(),
    owner: ownerOf(account, epoch),
    writer: 'spec',
  });
  await raiseEpoch(journal(2));
  await assert.rejects(raiseEpoch(journal(1)), NewerOwner);
  assert.equal((await documents().findOne({ _id: OWNER }))?.epoch, 2);
});

it('stops a zombie at its next row, though all rows of the next owner have been folded', async () => {
  const zombie = await store.open(ownerOf(account, 1));
  const owner = await store.open(ownerOf(account, 2));
  for (let n = 0; n < 3; n++) await owner.write([session('a', n)]);
  await owner.fold();
  await assert.rejects(zombie.write([session('a', 99)]), NewerOwner);
});

it('stops a zombie at its next fold, though it would only delete', async () => {
  const zombie = await store.open(ownerOf(account, 1));
  await zombie.write([session('a', 1)]);
  await zombie.fold();
  await zombie.write([deleted('session', 'a')]);
  const owner = await store.open(ownerOf(account, 2));
  await owner.write([session('a', 2)]);
  await owner.fold();
  const before = await documents().find().sort({ _id: 1 }).toArray();
  await assert.rejects(zombie.fold(), NewerOwner);
  assert.deepEqual(await documents().find().sort({ _id: 1 }).toArray(), before);
});

it('keeps a key deleted, though a zombie is still amid the fold that would bring it back', async () => {
  const midway: { meanwhile: () => Promise<void> } = { meanwhile: async () => {} };
  const slow = changed((keys) => {
    const bulkWrite = keys.bulkWrite.bind(keys);
    return {
      bulkWrite: async (...args: Parameters<typeof bulkWrite>) => {
        await midway.meanwhile();
        return bulkWrite(...args);
      },
    };
  });
  const zombie = await (await scene.storeOn(slow)).open(ownerOf(account, 1));
  await zombie.write([session('a', 1), session('b', 1)]);
  midway.meanwhile = async () => {
    const owner = await store.open(ownerOf(account, 2));
    await owner.write([deleted('session', 'a')]);
    await owner.fold();
  };
  await assert.rejects(zombie.fold(), NewerOwner);
  assert.deepEqual(await reload(3), { 'session|b': { n: 1 } });
});

it('folds what a fold that failed had taken, under what was written meanwhile', async () => {
  const trouble: { meanwhile: (() => Promise<void>) | null } = { meanwhile: null };
  const away = changed((keys) => {
    const bulkWrite = keys.bulkWrite.bind(keys);
    return {
      bulkWrite: async (...args: Parameters<typeof bulkWrite>) => {
        if (trouble.meanwhile === null) return bulkWrite(...args);
        await trouble.meanwhile();
        throw new MongoNetworkError('away');
      },
    };
  });
  const journal = await (await scene.storeOn(away)).open(ownerOf(account, 1));
  await journal.write([session('a', 1), session('b', 1)]);
  trouble.meanwhile = () => journal.write([session('a', 2)]);
  await assert.rejects(journal.fold(), MongoNetworkError);
  trouble.meanwhile = null;
  await journal.fold();
  assert.deepEqual(await reload(2), { 'session|a': { n: 2 }, 'session|b': { n: 1 } });
});

it('knows a row as its own where the answer to it was lost', async () => {
  let lost = 0;
  const deaf = changed((keys) => {
    const insertOne = keys.insertOne.bind(keys);
    return {
      insertOne: async (...args: Parameters<typeof insertOne>) => {
        const result = await insertOne(...args);
        if (lost++ % 2 === 0) throw new MongoNetworkError('the answer is lost');
        return result;
      },
    };
  });
  const journal = await (await scene.storeOn(deaf)).open(ownerOf(account, 1));
  await journal.write([session('a', 1)]);
  await journal.write([session('a', 2)]);
  assert.deepEqual(await reload(2), { 'session|a': { n: 2 } });
});

it('reads the rows by their number, in whatever order they come', async () => {
  const journal = await store.open(ownerOf(account, 1));
  for (let n = 1; n <= 3; n++) await journal.write([session('a', n)]);
  const row = (await documents().findOne({ _id: 2 })) ?? assert.fail();
  await documents().deleteOne({ _id: 2 });
  await documents().insertOne(row);
  assert.deepEqual(await reload(2), { 'session|a': { n: 3 } });
});

it('folds more keys than one bulk holds', async () => {
  const journal = await store.open(ownerOf(account, 1));
  const many = Array.from({ length: 2_001 }, (_, n) => session(`peer-${n}`, n));
  await journal.write(many);
  await journal.fold();
  assert.deepEqual(await reload(2), asObject(many));
});
