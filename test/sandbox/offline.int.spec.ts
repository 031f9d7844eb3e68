import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lastCode, until } from '../support/bare-baileys.ts';
import { jidOf, openPair } from '../support/sandbox.ts';

const ME = '4915400000001';
const BEN = '4915400000002';

const { test, me, ben } = await openPair(ME, BEN);

const arrived = (id: string) => me.client.upserts.filter(({ message }) => message.key.id === id);
const offlinePhaseOver = () =>
  until('the offline phase to end', () =>
    me.client.connection.some((update) => update.receivedPendingNotifications === true),
  );
const reconnect = async () => {
  me.client.connection.length = 0;
  me.client.reconnect();
  await offlinePhaseOver();
};
const settledKinds = async (id: string, since: number) =>
  (await me.server.receipts(since)).filter((receipt) => receipt.id === id).map(({ kind }) => kind);

it('keeps what comes while the companion is away, and brings it in order, marked offline', async () => {
  await me.client.close();
  const before = (await test.control.state()).sequence;
  const ids: string[] = [];
  for (let number = 0; number < 20; number++) ids.push(await ben.send(ME, `away ${number}`));
  const [companion] = (await me.phone.show()).companions;
  assert.deepEqual([companion?.connected, companion?.waiting], [false, 20]);
  await reconnect();
  await me.server.waitForReceipt(({ id }) => id === ids.at(-1));
  const got = me.client.upserts.filter(({ message }) => ids.includes(message.key.id ?? ''));
  assert.deepEqual(
    got.map(({ message }) => message.message?.conversation),
    ids.map((_, number) => `away ${number}`),
  );
  assert.deepEqual([...new Set(got.map(({ type }) => type))], ['append']);
  for (const id of ids) assert.deepEqual(await settledKinds(id, before), ['receipt']);
  assert.equal((await me.phone.show()).companions[0]?.waiting, 0);
});

it('brings a message again at every login until it is receipted', async () => {
  await me.server.trouble({ kind: 'lose-receipts', count: 1 });
  const id = await ben.send(ME, 'receipt lost on the wire');
  await me.server.waitForReceipt((receipt) => receipt.id === id && receipt.kind === 'lost');
  assert.equal((await me.phone.show()).companions[0]?.waiting, 1);
  await me.client.close();
  await reconnect();
  // its ratchet has moved on, so rc14 refuses the repeat: that ends it
  await me.server.waitForReceipt((receipt) => receipt.id === id && receipt.kind === 'nack');
  await until('an empty mailbox', async () => (await me.phone.show()).companions[0]?.waiting === 0);
  await me.client.close();
  const before = (await test.control.state()).sequence;
  await reconnect();
  const next = await ben.send(ME, 'next');
  await me.server.waitForReceipt((receipt) => receipt.id === next);
  assert.deepEqual(await settledKinds(id, before), []);
  assert.equal(arrived(id).filter(({ message }) => message.message).length, 1);
});

it('brings it again without a login when told to', async () => {
  await me.server.trouble({ kind: 'lose-receipts', count: 1 });
  const id = await ben.send(ME, 'redelivered on the spot');
  await me.server.waitForReceipt((receipt) => receipt.id === id && receipt.kind === 'lost');
  assert.equal(await me.server.trouble({ kind: 'redeliver', ids: ['nothing'] }), 0);
  assert.equal(await me.server.trouble({ kind: 'redeliver' }), 1);
  await me.server.waitForReceipt((receipt) => receipt.id === id && receipt.kind === 'nack');
});

it('loses a message of the companion on the wire: no ack, no arrival', async () => {
  await me.server.trouble({ kind: 'lose-messages', count: 1 });
  const lost = await me.client.sock().sendMessage(jidOf(BEN), { text: 'lost' });
  const kept = await me.client.sock().sendMessage(jidOf(BEN), { text: 'kept' });
  await ben.waitForMessage(({ id }) => id === kept?.key.id);
  assert.equal((await ben.frames()).filter(({ id }) => id === lost?.key.id).length, 0);
  // the same id again, as an outbox would
  const again = lost?.message ?? {};
  await me.client.sock().relayMessage(jidOf(BEN), again, { messageId: lost?.key.id ?? '' });
  await ben.waitForMessage(({ id }) => id === lost?.key.id);
});

it('shows a repeated id once and counts every arrival', async () => {
  const sent = await me.client.sock().sendMessage(jidOf(BEN), { text: 'once' });
  const id = sent?.key.id ?? '';
  for (let turn = 0; turn < 2; turn++) {
    await me.client.sock().relayMessage(jidOf(BEN), sent?.message ?? {}, { messageId: id });
  }
  await until(
    'three arrivals',
    async () => (await ben.frames()).filter((frame) => frame.id === id).length === 3,
  );
  assert.equal((await ben.displayed()).filter((message) => message.id === id).length, 1);
});

it('holds back what goes to a phone that is switched off', async () => {
  await ben.set({ online: false });
  const sent = await me.client.sock().sendMessage(jidOf(BEN), { text: 'for later' });
  await me.phone.waitForMessage(({ id }) => id === sent?.key.id);
  assert.equal((await ben.frames()).filter(({ id }) => id === sent?.key.id).length, 0);
  await ben.set({ online: true });
  await ben.waitForMessage(({ id }) => id === sent?.key.id);
});

for (const code of [515, 503, 403, 429]) {
  it(`closes with stream error ${code}`, async () => {
    me.client.connection.length = 0;
    assert.equal(await me.server.trouble({ kind: 'close', code }), 1);
    await until('the close', () => lastCode(me.client) === code);
    if (code === 515) await offlinePhaseOver();
    else await reconnect();
  });
}

it('drops the wire, and refuses logins', async () => {
  me.client.connection.length = 0;
  await me.server.trouble({ kind: 'drop' });
  await until('the close', () => lastCode(me.client) === 428);
  await me.server.trouble({ kind: 'refuse-login', code: 503, count: 1 });
  me.client.connection.length = 0;
  me.client.reconnect();
  await until('the refusal', () => lastCode(me.client) === 503);
  await reconnect();
});

it('stalls: nothing goes either way, then all of it', async () => {
  await me.server.trouble({ kind: 'stall', ms: 150 });
  const started = performance.now();
  const id = await ben.send(ME, 'after the stall');
  const sent = await me.client.sock().sendMessage(jidOf(BEN), { text: 'after it, too' });
  await until('the text', () => arrived(id).length > 0);
  await ben.waitForMessage((message) => message.id === sent?.key.id);
  assert.ok(performance.now() - started >= 140);
});
