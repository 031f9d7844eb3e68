import { randomUUID } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import { loadSecretKey } from '../../src/adapters/crypto.ts';
import { type AuthStore, createAuthStore } from '../../src/adapters/mongo/auth-store.ts';
import type { KeyChange } from '../../src/adapters/mongo/auth-store-docs.ts';
import { TEST_SECRET } from './baileys.ts';
import { startMongo } from './servers.ts';

/** The store under test, or one whose database behaves otherwise. */
const storeOn = async (db: Db): Promise<AuthStore> =>
  createAuthStore(db, await loadSecretKey({ secretKey: TEST_SECRET, dataDir: '' }));

/** A store of keys in a database of its own, on a server of its own. */
export const openAuthStores = async () => {
  const mongo = await startMongo();
  const client = await new MongoClient(mongo.url).connect();
  const state = client.db(`spec_${randomUUID().slice(0, 8)}_state`);
  const end = async (): Promise<void> => {
    await state.dropDatabase();
    await client.close();
    await mongo.stop();
  };
  return { url: mongo.url, state, store: await storeOn(state), storeOn, end };
};

export const session = (id: string, n: number): KeyChange => ({ type: 'session', id, value: { n } });
export const deleted = (type: string, id: string): KeyChange => ({ type, id, value: null });
/** Keys as `type|id: value`, as after them all. */
export const asObject = (changes: readonly KeyChange[]) =>
  Object.fromEntries(changes.map(({ type, id, value }) => [`${type}|${id}`, value]));
