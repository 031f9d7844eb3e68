import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import { createBlobStore } from '../../../src/adapters/mongo/blob-store.ts';
import { connectMongo, type Databases } from '../../../src/adapters/mongo/connect.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

let server: TestServer;
let mongo: Databases;
before(async () => {
  server = await startMongo();
  mongo = connectMongo(server.url, `blobs_${process.pid}`);
});
after(async () => {
  await mongo.state.dropDatabase();
  await mongo.close();
  await server.stop();
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const counts = async (): Promise<number[]> => [
  await mongo.state.collection('media.files').countDocuments(),
  await mongo.state.collection('media.chunks').countDocuments(),
];
/** Leaves of a blob what a kill before the end of its upload would. */
const cutShort = async (bytes: Uint8Array): Promise<void> => {
  const file = await mongo.state.collection('media.files').findOneAndDelete({ filename: sha256(bytes) });
  await mongo.state.collection('media.chunks').deleteOne({ files_id: file?._id, n: 2 });
};

it('gives back what an account has put, by its hash, across chunk borders', async () => {
  const blobs = createBlobStore(mongo.state);
  for (const length of [0, 1, 255 * 1024, 255 * 1024 + 1, 700_000]) {
    const bytes = randomBytes(length);
    assert.deepEqual(await blobs.put('shop', bytes), { sha256: sha256(bytes), length });
    assert.deepEqual(await blobs.get('shop', sha256(bytes)), bytes);
    assert.equal(await blobs.get('other', sha256(bytes)), null);
  }
  assert.equal(await blobs.get('shop', sha256(Buffer.from('nobody stored this'))), null);
});

it('keeps one copy, whether it comes again, at once, or after a half-finished upload', async () => {
  const blobs = createBlobStore(mongo.state);
  const bytes = randomBytes(600_000);
  const [files = 0, chunks = 0] = await counts();
  await Promise.all([blobs.put('shop', bytes), blobs.put('shop', bytes), blobs.put('shop', bytes)]);
  assert.deepEqual(await counts(), [files + 1, chunks + 3]);
  await cutShort(bytes);
  assert.equal(await blobs.get('shop', sha256(bytes)), null);
  await blobs.put('shop', bytes);
  assert.deepEqual(await blobs.get('shop', sha256(bytes)), bytes);
});

it("erases all of an account's, half-finished uploads too, and nothing of others", async () => {
  const blobs = createBlobStore(mongo.state);
  const [shared, half] = [randomBytes(300_000), randomBytes(600_000)];
  const [files = 0, chunks = 0] = await counts();
  for (const bytes of [shared, half, randomBytes(1)]) await blobs.put('gone', bytes);
  await blobs.put('stays', shared);
  await cutShort(half);
  await blobs.eraseAccount('gone');
  assert.deepEqual(await counts(), [files + 1, chunks + 2]);
  assert.equal(await blobs.get('gone', sha256(shared)), null);
  assert.deepEqual(await blobs.get('stays', sha256(shared)), shared);
  await blobs.eraseAccount('gone');
});
