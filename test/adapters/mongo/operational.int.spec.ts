import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { type Db, MongoClient } from 'mongodb';
import { loadSecretKey } from '../../../src/adapters/crypto.ts';
import { createOutbox, type OutboxStore } from '../../../src/adapters/mongo/outbox.ts';
import { createQrCodes } from '../../../src/adapters/mongo/qr-codes.ts';
import type { PreparedSend, QrCodes } from '../../../src/ports/whatsapp.ts';
import { TEST_SECRET } from '../../support/baileys.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

let mongo: TestServer;
let client: MongoClient;
let state: Db;
let outbox: OutboxStore;
let qrCodes: QrCodes;
let now = new Date('2026-01-01T00:00:00.000Z');

before(async () => {
  mongo = await startMongo();
  client = await new MongoClient(mongo.url).connect();
  state = client.db(`spec_${randomUUID().slice(0, 8)}_state`);
  outbox = await createOutbox(state, () => now);
  const secret = await loadSecretKey({ secretKey: TEST_SECRET, dataDir: '' });
  qrCodes = await createQrCodes(state, secret, () => now);
});
after(async () => {
  await state.dropDatabase();
  await client.close();
  await mongo.stop();
});

const prepared = (waId: string, text: string): PreparedSend => ({
  waId,
  to: '1@lid',
  message: Buffer.from(text),
  attributes: { edit: '1' },
});

it('keeps prepared sends by account and id, the first under each', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, n) => outbox.put('shop', prepared(`S${n}`, `text ${n}`))));
  await outbox.put('shop', prepared('S7', 'another'));
  await outbox.put('bar', prepared('S7', "bar's"));
  const found = await outbox.find('shop', 'S7');
  assert.deepEqual(found && { ...found, message: Buffer.from(found.message) }, prepared('S7', 'text 7'));
  assert.equal(await outbox.find('shop', 'S99'), null);
});

it('erases one account only', async () => {
  await outbox.eraseAccount('shop');
  assert.equal(await outbox.find('shop', 'S7'), null);
  assert.notEqual(await outbox.find('bar', 'S7'), null);
});

it('lets rows go after two weeks', async () => {
  const indexes = await state.collection('outbox').indexes();
  assert.ok(indexes.some(({ key, expireAfterSeconds }) => key.at === 1 && expireAfterSeconds === 1_209_600));
});

it('shows the newest QR code until it expires, and keeps it sealed', async () => {
  await qrCodes.put('shop', 'first code', '2026-01-01T00:01:00.000Z');
  await qrCodes.put('shop', 'second code', '2026-01-01T00:01:20.000Z');
  await qrCodes.put('bar', 'short code', '2026-01-01T00:00:20.000Z');
  assert.deepEqual(await qrCodes.find('shop'), { qr: 'second code', expiresAt: '2026-01-01T00:01:20.000Z' });
  assert.deepEqual(await qrCodes.list(), new Set(['shop', 'bar']));
  const stored = await state.collection('qr', { promoteBuffers: true }).find().toArray();
  assert.equal(stored.length, 2);
  assert.ok(stored.every(({ v }) => v instanceof Uint8Array && !Buffer.from(v).includes('code')));
  now = new Date('2026-01-01T00:00:30.000Z');
  assert.deepEqual([await qrCodes.find('bar'), await qrCodes.list()], [null, new Set(['shop'])]);
  await qrCodes.remove('shop');
  assert.equal(await qrCodes.find('shop'), null);
});
