import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import { ObjectId } from 'mongodb';
import { createBlobStore } from '../../../src/adapters/mongo/blob-store.ts';
import { connectMongo, type Databases } from '../../../src/adapters/mongo/connect.ts';
import { createFileRestore } from '../../../src/adapters/mongo/file-restore.ts';
import { createFileStore } from '../../../src/adapters/mongo/file-store.ts';
import { hasCode } from '../../../src/errors.ts';
import type { Files } from '../../../src/ports/files.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

const CHUNK = 255 * 1024;
const MIB = 1_048_576;
const IMAGE = { mimetype: 'image/png', fileName: 'a.png' };

let server: TestServer;
let mongo: Databases;
let files: Files;
let clock = new Date('2026-01-01T00:00:00Z');
before(async () => {
  server = await startMongo();
  mongo = connectMongo(server.url, `files_${process.pid}`);
  files = await createFileStore(mongo.state, () => clock);
});
after(async () => {
  await mongo.close();
  await server.stop();
});

const counts = async (): Promise<number[]> =>
  Promise.all(
    ['media.files', 'media.chunks', 'staging'].map((name) => mongo.state.collection(name).countDocuments()),
  );
const stage = (bytes: Buffer, account = 'shop', max = MIB) =>
  files.stage(account, Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]), max);
const read = (file: { id: string; length: number }, range?: { start: number; end: number }) =>
  buffer(files.open(file, range));

for (const length of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7]) {
  it(`gives back ${length} bytes, staged and kept, with their hash`, async () => {
    const bytes = randomBytes(length);
    const staged = await stage(bytes, 'shop', 2 * MIB);
    assert.deepEqual(await read(staged), bytes);
    assert.equal(staged.sha256, createHash('sha256').update(bytes).digest('hex'));
    const kept = await files.keep(staged, IMAGE);
    assert.deepEqual(kept, { ...staged, ...IMAGE, storedAt: clock.toISOString() });
    assert.deepEqual(await files.find('shop', staged.sha256), kept);
    assert.deepEqual(await files.findById(kept.id), kept);
    assert.deepEqual(await read(kept), bytes);
  });
}

it('gives any stretch of a file', async () => {
  const bytes = randomBytes(4 * CHUNK + 9);
  const staged = await stage(bytes, 'shop', 2 * MIB);
  for (const [start, end] of [
    [0, 0],
    [CHUNK - 1, CHUNK],
    [CHUNK, CHUNK],
    [10, 4 * CHUNK + 8],
  ] as const)
    assert.deepEqual(await read(staged, { start, end }), bytes.subarray(start, end + 1));
  await files.discard(staged);
});

it('keeps one copy per account and content, at once or one after the other', async () => {
  const bytes = randomBytes(3 * CHUNK);
  const [kept = 0, chunks = 0, staging] = await counts();
  const staged = await Promise.all([stage(bytes), stage(bytes), stage(bytes)]);
  const ids = await Promise.all(staged.map(async (each) => (await files.keep(each, IMAGE)).id));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await files.keep(await stage(bytes), IMAGE)).id, ids[0]);
  assert.deepEqual(await counts(), [kept + 1, chunks + 3, staging]);
  const other = await files.keep(await stage(bytes, 'other'), IMAGE);
  assert.notEqual(other.id, ids[0]);
});

it('leaves nothing of what is too large, breaks off or is discarded', async () => {
  const before = await counts();
  await assert.rejects(stage(randomBytes(MIB + 1)), { code: 'too_large' });
  const broken = async function* () {
    yield randomBytes(2 * CHUNK);
    throw new Error('cut');
  };
  await assert.rejects(files.stage('shop', broken(), MIB), /cut/);
  await files.discard(await stage(randomBytes(CHUNK + 1)));
  assert.deepEqual(await counts(), before);
});

it('does not discard what was kept', async () => {
  const staged = await stage(randomBytes(10));
  await files.keep(staged, IMAGE);
  await files.discard(staged);
  assert.equal((await read(staged)).length, 10);
});

it('does not discard what is still being kept, as where nobody waited for that any longer', async () => {
  for (let round = 0; round < 12; round++) {
    const bytes = randomBytes(3 * CHUNK);
    const staged = await stage(bytes);
    const keeping = files.keep(staged, IMAGE);
    await files.discard(staged);
    assert.deepEqual(await read(await keeping), bytes);
  }
});

it('sweeps away what was staged long ago, and that only', async () => {
  const before = await counts();
  const old = await stage(randomBytes(2 * CHUNK));
  clock = new Date(clock.getTime() + 7_200_000);
  const young = await stage(randomBytes(2 * CHUNK));
  await files.sweep();
  await assert.rejects(read(old), /not all there/);
  assert.equal((await read(young)).length, 2 * CHUNK);
  await files.discard(young);
  assert.deepEqual(await counts(), before);
});

it('erases what an account has, and nothing of another', async () => {
  const bytes = randomBytes(CHUNK + 5);
  const mine = await files.keep(await stage(bytes, 'erased'), IMAGE);
  const staged = await stage(randomBytes(9), 'erased');
  const others = await files.keep(await stage(bytes, 'erased-not'), IMAGE);
  await files.eraseAccount('erased');
  await files.eraseAccount('erased');
  assert.equal(await files.findById(mine.id), null);
  for (const gone of [mine, staged]) await assert.rejects(read(gone), /not all there/);
  assert.deepEqual(await read(others), bytes);
});

it('keeps nothing of an account that was erased while its file came in, or before it was kept', async () => {
  const before = await counts();
  async function* erasing() {
    yield randomBytes(2 * CHUNK);
    await files.eraseAccount('erased');
    yield randomBytes(2 * CHUNK);
  }
  const cameIn = await files.stage('erased', erasing(), MIB);
  const staged = await stage(randomBytes(2 * CHUNK), 'erased');
  await files.eraseAccount('erased');
  for (const one of [cameIn, staged]) await assert.rejects(files.keep(one, IMAGE), { code: 'gone' });
  assert.deepEqual(await counts(), before);
});

it('keeps nothing of an account that is erased in the same moment', async () => {
  const before = await counts();
  for (let n = 0; n < 20; n++) {
    const staged = await stage(randomBytes(9), 'erased');
    await Promise.allSettled([files.keep(staged, IMAGE), files.eraseAccount('erased')]);
  }
  assert.deepEqual(await counts(), before);
});

it('keeps an upload that takes longer than an hour', async () => {
  const bytes = Buffer.alloc(10 * CHUNK, 1);
  async function* slowly() {
    for (let n = 0; n < 10; n++) {
      yield bytes.subarray(0, CHUNK);
      clock = new Date(clock.getTime() + 600_000);
      await files.sweep();
    }
  }
  const staged = await files.stage('shop', slowly(), 100 * MIB);
  assert.deepEqual(await read(staged), bytes);
  await files.discard(staged);
});

it('erases no further once it is told to end', async () => {
  for (const length of [3, 4]) await files.keep(await stage(randomBytes(length), 'halfway'), IMAGE);
  const left = () =>
    mongo.state.collection('media.files').countDocuments({ 'metadata.accountId': 'halfway' });
  let insisted = 0;
  const erasing = files.eraseAccount('halfway', () => assert.ok(++insisted < 2, 'lost'));
  await assert.rejects(erasing, /lost/);
  assert.equal(await left(), 1);
  await files.eraseAccount('halfway');
  assert.equal(await left(), 0);
});

it('begins after an import that brought a file twice, of two lives of its account', async () => {
  const bytes = Buffer.from('the same picture');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const about = { account: 'twice', sha256, length: bytes.length, ...IMAGE, storedAt: clock.toISOString() };
  const other = connectMongo(server.url, `restored_${process.pid}`);
  try {
    const restore = createFileRestore(other.state, () => clock);
    const [first, second] = [new ObjectId(), new ObjectId()].map((id) => ({
      id: id.toHexString(),
      ...about,
    }));
    for (const file of [first, second, second]) if (file) await restore(file, Readable.from([bytes]));
    const restored = await createFileStore(other.state, () => clock);
    assert.equal((await restored.find('twice', sha256))?.id, second?.id);
    assert.deepEqual(await buffer(restored.open({ id: second?.id ?? '', length: bytes.length })), bytes);
    assert.equal(await other.state.collection('media.chunks').countDocuments(), 1);
  } finally {
    await other.state.dropDatabase();
    await other.close();
  }
});

it('says that it is unavailable where MongoDB has gone', async () => {
  const [staged, dropped] = [await stage(randomBytes(9)), await stage(randomBytes(4))];
  const kept = await files.keep(await stage(randomBytes(8)), IMAGE);
  const blobs = createBlobStore(mongo.state);
  const { sha256 } = await blobs.put('shop', randomBytes(7));
  await server.kill('SIGKILL');
  const asked = {
    stage: stage(randomBytes(5)),
    keep: files.keep(staged, IMAGE),
    discard: files.discard(dropped),
    find: files.find('shop', kept.sha256),
    findById: files.findById(kept.id),
    open: read(kept),
    put: blobs.put('shop', randomBytes(6)),
    get: blobs.get('shop', sha256),
  };
  const isTold = (error: unknown) => hasCode(error, 'unavailable');
  await Promise.all(Object.entries(asked).map(([what, answer]) => assert.rejects(answer, isTold, what)));
});
