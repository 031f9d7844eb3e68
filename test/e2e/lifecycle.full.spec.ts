import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { jetstream } from '@nats-io/jetstream';
import { MongoClient } from 'mongodb';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { openLog } from '../support/log.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld, statusOf, untilStatus, type World } from '../support/world.ts';

const TEXT = 'what nobody may find again';
const CODEWORD = 'the other word that must be gone';

let world: World;
let service: Service;
let own: PhoneHandle;
let anna: PhoneHandle;

before(async () => {
  world = await startWorld({ durable: true });
  own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  anna = await world.sandbox.makePhone('4915100000002', { name: 'Anna Somebody' });
  service = await startService(world.env);
  await pair(service, 'shop', own);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const post = async (path: string): Promise<void> => {
  const { status, body } = await service.send('POST', `/accounts/shop/${path}`);
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
};
const textsWithAnna = async (): Promise<(string | null)[]> =>
  (await messagesOf(service, 'shop', jidOf(anna))).map(({ text }) => text);
const untilReceived = (text: string): Promise<unknown> =>
  waitFor(async () => (await textsWithAnna()).includes(text), { what: `message ${text}` });
const companions = async (): Promise<boolean[]> =>
  (await own.show()).companions.map(({ connected }) => connected);
const untilQr = async (): Promise<string> =>
  String(
    await waitFor(async () => (await service.get('/accounts/shop/status')).body.qr, { what: 'QR code' }),
  );

it('disconnects and connects again without a QR code, and has what came meanwhile', async () => {
  await post('disconnect');
  await untilStatus(service, 'shop', 'disconnected');
  await waitFor(async () => (await companions()).every((connected) => !connected), { what: 'closed socket' });
  assert.equal((await companions()).length, 1, 'still linked');
  const refused = await service.send('POST', '/accounts/shop/message/send', {
    to: jidOf(anna),
    message: TEXT,
  });
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.body, { ok: false, error: 'Account not connected', status: 'disconnected' });
  await anna.send(own.number, TEXT);
  await post('disconnect'); // wished for twice is wished for once
  await post('connect');
  await untilStatus(service, 'shop', 'connected');
  await untilReceived(TEXT);
});

it('stays connected through whatever a server says in passing', async () => {
  const { trouble } = world.sandbox.account(own.number);
  for (const order of [
    { kind: 'drop' },
    { kind: 'close', code: 515 },
    { kind: 'close', code: 428 },
  ] as const) {
    assert.equal(await trouble(order), 1);
    await waitFor(async () => (await companions()).every((connected) => !connected), { what: 'its end' });
    await untilStatus(service, 'shop', 'connected');
    const text = `after ${JSON.stringify(order)}`;
    await anna.send(own.number, text);
    await untilReceived(text);
  }
});

it('waits where the server is at fault, and says until when', async () => {
  await world.sandbox.account(own.number).trouble({ kind: 'close', code: 503 });
  await untilStatus(service, 'shop', 'reconnecting');
  assert.deepEqual(await companions(), [false]);
  // a wish to connect is not put off
  await post('disconnect');
  await post('connect');
  await untilStatus(service, 'shop', 'connected');
});

it('does not fight whoever replaced it', async () => {
  await world.sandbox.account(own.number).trouble({ kind: 'close', code: 440 });
  await untilStatus(service, 'shop', 'disconnected');
  assert.deepEqual(await companions(), [false]);
  await post('connect');
  await untilStatus(service, 'shop', 'connected');
});

it('logs out: the phone lists it no more, and connecting shows a new QR code', async () => {
  await post('logout');
  assert.equal(await statusOf(service, 'shop'), 'logged_out');
  assert.deepEqual(await companions(), []);
  await post('logout');
  await post('connect');
  await own.scan(await untilQr());
  await untilStatus(service, 'shop', 'connected');
  assert.ok((await textsWithAnna()).includes(TEXT), 'its messages stay');
});

it('is logged out when the phone unlinks it', async () => {
  const [companion] = (await own.show()).companions;
  await own.unlink(companion?.device ?? 0);
  await untilStatus(service, 'shop', 'logged_out');
  await post('connect');
  await own.scan(await untilQr());
  await untilStatus(service, 'shop', 'connected');
  await anna.send(own.number, CODEWORD);
  await untilReceived(CODEWORD);
});

/** Everything that the servers hold: each message of the log, each document of each collection. */
const everything = async (): Promise<string> => {
  const { nc, close } = await openLog(world.nats.url, { maxBytes: null, dedupeMs: world.dedupeMs });
  const client = await new MongoClient(world.mongo.url).connect();
  try {
    const found: string[] = [];
    const consumer = await jetstream(nc).consumers.get('WILDCAT');
    for (let left = (await consumer.info(true)).num_pending; left > 0; left--) {
      const message = await consumer.next();
      found.push(`${message?.subject} ${message?.string()}`);
    }
    for (const name of [world.env.DB_NAME, `${world.env.DB_NAME}_state`])
      for (const collection of await client.db(name).collections())
        for (const doc of await collection.find().toArray())
          found.push(`${collection.collectionName} ${JSON.stringify(doc)}`);
    return found.join('\n');
  } finally {
    await client.close();
    await close();
  }
};

it('erases an account that is deleted, wherever it was', async () => {
  const held = await everything();
  const secrets = [
    TEXT,
    CODEWORD,
    Buffer.from(CODEWORD).toString('base64').slice(0, 30),
    anna.number,
    own.number,
    'Anna Somebody',
  ];
  for (const secret of [CODEWORD, anna.number]) assert.ok(held.includes(secret), 'nothing to be erased');
  const { status, body } = await service.send('DELETE', '/accounts/shop');
  assert.equal(status, 200);
  assert.deepEqual(body, { ok: true, message: 'Account deleted', deletedCollection: 'auth_shop' });
  assert.deepEqual(await companions(), []);
  for (const path of ['', '/status', '/chats'])
    assert.equal((await service.get(`/accounts/shop${path}`)).status, 404, path);
  assert.deepEqual((await service.get('/messages')).body.messages, []);
  const left = await waitFor(
    async () => {
      const now = await everything();
      return !now.includes('auth_shop|') && now;
    },
    { what: 'erasure' },
  );
  for (const secret of secrets) assert.ok(!left.includes(secret), `still there: ${secret}`);
  // the views keep no more than that this generation is over
  const names = left
    .split('\n')
    .filter(
      (line) =>
        line.includes('shop') &&
        !/^(totals|lives|phones|textLives)_v\d+ \{"_id":"shop","gen":1,"deleted":true/.test(line),
    );
  assert.deepEqual(
    names.map((line) => line.split(' ')[0]),
    ['wildcat.shop.account.deleted._', 'wildcat.shop.account.version._', 'wildcat.shop.account.erased._'],
    names.join('\n'),
  );
});

it('takes the id again, as another account', async () => {
  await pair(service, 'shop', own);
  assert.deepEqual(await textsWithAnna(), []);
  await anna.send(own.number, 'a new beginning');
  await untilReceived('a new beginning');
  const sent = await service.send('POST', '/accounts/shop/message/send', {
    to: jidOf(anna),
    message: 'indeed',
  });
  assert.equal(sent.status, 200);
  assert.equal((await textsWithAnna()).length, 2);
  assert.equal(await service.stop(), 0);
});
