import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import { makePhone } from '../../sandbox/phones/people.ts';
import { sendText } from '../../sandbox/phones/send.ts';
import { scanQr } from '../../sandbox/server/pairing.ts';
import type { Phone } from '../../sandbox/server/state.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type BareBaileys, pairBaileys, statusOf, until } from '../support/bare-baileys.ts';

let sandbox: Sandbox;
let account: Phone;
let contact: Phone;
let client: BareBaileys;
before(async () => {
  sandbox = await startSandbox();
  account = makePhone(sandbox.world, { number: '4915112345678', name: 'Anna' });
  contact = makePhone(sandbox.world, { number: '4915187654321', name: 'Ben' });
  client = await pairBaileys(sandbox, (qr) => scanQr(sandbox.world, account, qr));
});
after(async () => {
  await client.close();
  await sandbox.close();
});

it('brings a text of a contact to the companion and to the own phone', async () => {
  const id = sendText(sandbox.world, contact, { to: account, text: 'hello' });
  const { message, type } = await until('the text', () =>
    client.upserts.find((upsert) => upsert.message.key.id === id),
  );
  assert.equal(type, 'notify');
  assert.equal(message.message?.conversation, 'hello');
  assert.equal(message.pushName, 'Ben');
  assert.equal(message.key.remoteJid, `${contact.lid}@lid`);
  assert.equal(message.key.remoteJidAlt, '4915187654321@s.whatsapp.net');
  assert.equal(account.messages.find((shown) => shown.id === id)?.text, 'hello');
  await until('a receipt', () => contact.messages.find((shown) => shown.id === id)?.status === 'read');
});

it('brings texts of the companion to the contact and, as own, to the own phone', async () => {
  for (const text of ['one', 'two']) {
    const sent = await client.sock().sendMessage('4915187654321@s.whatsapp.net', { text });
    const id = sent?.key.id ?? '';
    const shown = await until('the text', () => contact.messages.find((message) => message.id === id));
    assert.equal(shown.text, text);
    assert.equal(shown.from, account.number);
    const own = await until('the copy', () => account.messages.find((message) => message.id === id));
    assert.equal(own.fromMe, true);
    assert.equal(own.chat, contact.number);
    await until('read', () => statusOf(client, id) === proto.WebMessageInfo.Status.READ);
  }
  assert.deepEqual(
    contact.arrivals.filter((arrival) => arrival.error !== undefined),
    [],
  );
});
