import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MongoClient } from 'mongodb';
import { connectMongo, type Databases } from '../../../src/adapters/mongo/connect.ts';
import { mongoIdempotency } from '../../../src/adapters/mongo/idempotency.ts';
import { freePort } from '../../../src/adapters/services/ports.ts';
import type { Idempotency } from '../../../src/ports/idempotency.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

const SHOP = { account: 'shop', gen: 1 };
const REQUEST = { bodyHash: 'hash', waId: '3EB0A' };
const ANSWER = { status: 200, body: { ok: true, messageId: '3EB0A', timestamp: 1_772_000_000 } };
const HOUR = 3_600_000;

describe('Idempotency-Keys in MongoDB', () => {
  let server: TestServer;
  let databases: Databases;
  let keys: Idempotency;
  let now = new Date();
  before(async () => {
    server = await startMongo();
    databases = connectMongo(server.url, `idempotency_${process.pid}`);
    keys = await mongoIdempotency(databases.state, () => now);
  });
  after(async () => {
    await databases.state.dropDatabase();
    await databases.close();
    await server.stop();
  });

  it('gives a key to one of many who want it at once', async () => {
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, n) => keys.claim(SHOP, 'one', { ...REQUEST, bodyHash: `hash ${n}` })),
    );
    assert.equal(claims.filter(({ kind }) => kind === 'claimed').length, 1);
    const hashes = claims.flatMap((claim) => (claim.kind === 'taken' ? [claim.bodyHash] : []));
    assert.equal(new Set(hashes).size, 1);
  });

  it('remembers the first final answer, word for word', async () => {
    assert.deepEqual(await keys.claim(SHOP, 'two', REQUEST), { kind: 'claimed' });
    assert.deepEqual(await keys.claim(SHOP, 'two', REQUEST), { kind: 'taken', ...REQUEST, answer: null });
    await keys.complete(SHOP, 'two', ANSWER);
    await keys.complete(SHOP, 'two', { ...ANSWER, status: 422 });
    await keys.release(SHOP, 'two');
    const again = await keys.claim(SHOP, 'two', REQUEST);
    assert.deepEqual(again, { kind: 'taken', ...REQUEST, answer: ANSWER });
    assert.deepEqual(JSON.stringify(again), JSON.stringify({ kind: 'taken', ...REQUEST, answer: ANSWER }));
  });

  it('takes any text as a key', async () => {
    for (const key of ['a.b', '$where', 'a/b', `${'k'.repeat(255)}`]) {
      assert.deepEqual(await keys.claim(SHOP, key, REQUEST), { kind: 'claimed' });
      assert.equal((await keys.claim(SHOP, key, REQUEST)).kind, 'taken');
    }
  });

  it('gives a released key to the next one', async () => {
    await keys.claim(SHOP, 'three', REQUEST);
    await keys.release(SHOP, 'three');
    assert.deepEqual(await keys.claim(SHOP, 'three', REQUEST), { kind: 'claimed' });
  });

  it('keeps accounts, and the lives of one account, apart', async () => {
    const owners = [
      SHOP,
      { account: 'shop', gen: 2 },
      { account: 'shop-2', gen: 1 },
      { account: 'sho', gen: 1 },
    ];
    for (const owner of owners)
      assert.deepEqual(await keys.claim(owner, 'four', REQUEST), { kind: 'claimed' });
    await keys.eraseAccount('shop');
    const kinds = [];
    for (const owner of owners) kinds.push((await keys.claim(owner, 'four', REQUEST)).kind);
    assert.deepEqual(kinds, ['claimed', 'claimed', 'taken', 'taken']);
  });

  it('forgets a key after 48 hours, whether MongoDB has swept it or not', async () => {
    await keys.claim(SHOP, 'five', REQUEST);
    now = new Date(now.getTime() + 47 * HOUR);
    assert.equal((await keys.claim(SHOP, 'five', REQUEST)).kind, 'taken');
    now = new Date(now.getTime() + HOUR);
    assert.equal((await keys.claim(SHOP, 'five', REQUEST)).kind, 'claimed');
    const [ttl] = (await databases.state.collection('idempotency').indexes()).filter(
      (index) => index.key.expiresAt,
    );
    assert.equal(ttl?.expireAfterSeconds, 0);
  });
});

it('promises nothing while MongoDB is away', async () => {
  const nobody = `mongodb://127.0.0.1:${await freePort()}`;
  const client = new MongoClient(nobody, { serverSelectionTimeoutMS: 300 });
  const error = { code: 'unavailable', message: 'MongoDB does not answer' };
  await assert.rejects(
    mongoIdempotency(client.db('x'), () => new Date()),
    error,
  );
  await client.close();
});
