import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { lastCode, openBaileys, pairBaileys, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { openSandbox, type TestSandbox } from '../support/sandbox.ts';

let test: TestSandbox;
before(async () => {
  test = await openSandbox();
});
after(() => test.close());
dumpFramesOnFailure(() => test);

it('pairs by QR, restarts, logs in and is past its first sync at once', async () => {
  const started = performance.now();
  const { phone, client } = await test.pair('4915100000001');
  // rc14 holds back everything for 20 s if the history does not come
  assert.ok(performance.now() - started < 8000);
  const { lid, companions } = await phone.show();
  const { creds } = client.auth;
  assert.equal(creds.me?.id, '4915100000001:1@s.whatsapp.net');
  assert.equal(creds.me?.lid, `${lid}:1@lid`);
  assert.equal(creds.me?.name, 'Owner 4915100000001');
  assert.ok(creds.account?.deviceSignature);
  assert.ok(creds.myAppStateKeyId);
  const [companion] = companions;
  assert.equal(companion?.live, true);
  assert.ok((companion?.preKeys ?? 0) >= 810);
  const codes = client.connection.filter(({ connection }) => connection === 'close');
  assert.equal(codes.length, 1);
  assert.equal(lastCode(client), 515);
});

it('answers every query, an unknown one with an error', async () => {
  const { client } = await test.pair('4915100000002');
  const sock = client.sock();
  const ask = (xmlns: string) =>
    sock.query({ tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'get', xmlns } }, 2000);
  await assert.rejects(ask('no:such:thing'), /feature-not-implemented/);
  await sock.digestKeyBundle();
  await sock.rotateSignedPreKey();
  assert.deepEqual(await sock.fetchBlocklist(), []);
  assert.equal((await sock.fetchPrivacySettings(true)).readreceipts, 'all');
  assert.deepEqual(await sock.groupFetchAllParticipating(), {});
  const exists = await sock.onWhatsApp('4915100000001', '4915199999999');
  assert.deepEqual(
    exists?.map((one) => one.exists),
    [true],
  );
  await sock.chatModify({ archive: true, lastMessages: [] }, '4915100000001@s.whatsapp.net');
});

it('refuses a QR string that nobody shows, and one of another client', async () => {
  const phone = await test.control.makePhone('4915100000003');
  const key = Buffer.alloc(32, 1).toString('base64');
  await assert.rejects(phone.scan(`2@gone,${key},${key},${key},1`), { code: 'bad_qr', field: 'qr' });
  await assert.rejects(phone.scan('hello'), { code: 'bad_qr', field: 'qr' });
  let qr = '';
  const client = openBaileys(test.sandbox, { onQr: (shown) => (qr ||= shown) });
  await until('a QR code', () => qr !== '');
  const [ref] = qr.split(',');
  await assert.rejects(phone.scan(`${ref},${key},${key},${key},1`), { code: 'bad_qr' });
  await phone.scan(qr);
  await until('login', () => client.auth.creds.accountSyncCounter > 0);
  await assert.rejects(phone.scan(qr), { code: 'bad_qr' });
  await client.close();
});

it('keeps several companions of one account apart', async () => {
  const first = await test.pair('4915100000004');
  const second = await pairBaileys(test.sandbox, first.phone.scan);
  assert.equal(second.auth.creds.me?.id, '4915100000004:2@s.whatsapp.net');
  const { companions } = await first.phone.show();
  assert.deepEqual(
    companions.map(({ device, live }) => ({ device, live })),
    [
      { device: 1, live: true },
      { device: 2, live: true },
    ],
  );
  await second.close();
});

it('logs in again with the same keys, and pushes out an older connection', async () => {
  const { client, phone } = await test.pair('4915100000005');
  const twin = openBaileys(test.sandbox, { auth: client.auth });
  await until('login', () => twin.connection.some(({ connection }) => connection === 'open'));
  await until('replacement', () => lastCode(client) === 440);
  assert.equal((await phone.show()).companions.length, 1);
  await twin.close();
});

it('unlinks a companion that logs out', async () => {
  const { client, phone } = await test.pair('4915100000006');
  await client.sock().logout();
  await until('end', () => lastCode(client) === 401);
  await until('removal', async () => (await phone.show()).companions.length === 0);
  client.reconnect();
  await until('refusal', () => client.connection.filter((u) => u.connection === 'close').length >= 3);
  assert.equal(lastCode(client), 401);
});

it('unlinks a companion from the phone', async () => {
  const { client, phone } = await test.pair('4915100000007');
  await phone.unlink(1);
  await until('end', () => lastCode(client) === 401);
  await assert.rejects(phone.unlink(1), { status: 404 });
});
