import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import { pairBaileys, statusOf, until, untilUpsert } from '../support/bare-baileys.ts';
import { jidOf, openPair } from '../support/sandbox.ts';

const ME = '4915200000001';
const BEN = '4915200000002';

const { test, me, ben } = await openPair(ME, BEN);

const read = proto.WebMessageInfo.Status.READ;

it('brings a contact’s texts to the companion and to the own phone', async () => {
  const { lid } = await ben.show();
  for (const text of ['one', 'two', 'three']) {
    const id = await ben.send(ME, text);
    const { message, type } = await untilUpsert(me.client, id);
    assert.equal(type, 'notify');
    assert.equal(message.message?.conversation, text);
    assert.equal(message.pushName, 'Ben');
    assert.equal(message.key.remoteJid, `${lid}@lid`);
    assert.equal(message.key.remoteJidAlt, jidOf(BEN));
    assert.equal(message.key.fromMe, false);
    await me.phone.waitForMessage((shown) => shown.id === id && shown.text === text && !shown.fromMe);
    await ben.waitForMessage((shown) => shown.id === id && shown.status === 'read');
  }
});

it('addresses by phone number when told to', async () => {
  const { lid } = await ben.show();
  const id = await ben.send(ME, 'by number', { addressing: 'pn' });
  const { message } = await untilUpsert(me.client, id);
  assert.equal(message.key.remoteJid, jidOf(BEN));
  assert.equal(message.key.remoteJidAlt, `${lid}@lid`);
  assert.equal(message.message?.conversation, 'by number');
});

it('brings the companion’s texts to the contact and, as own, to the own phone', async () => {
  const { lid } = await ben.show();
  for (const jid of [jidOf(BEN), `${lid}@lid`]) {
    const sent = await me.client.sock().sendMessage(jid, { text: `to ${jid}` });
    const id = sent?.key.id ?? '';
    const shown = await ben.waitForMessage((message) => message.id === id);
    assert.equal(shown.text, `to ${jid}`);
    assert.equal(shown.from, ME);
    const own = await me.phone.waitForMessage((message) => message.id === id);
    assert.deepEqual([own.fromMe, own.chat, own.text], [true, BEN, `to ${jid}`]);
    await until('read', () => statusOf(me.client, id) === read);
  }
  const frames = [...(await ben.frames()), ...(await me.phone.frames())];
  assert.deepEqual(
    frames.filter(({ error }) => error !== undefined),
    [],
  );
});

it('goes over to plain ratchet messages once both have spoken', async () => {
  const id = await ben.send(ME, 'are we there?');
  await untilUpsert(me.client, id);
  await me.client.sock().sendMessage(jidOf(BEN), { text: 'yes' });
  const frame = await ben.waitForFrame(({ from, encryption }) => from === ME && encryption === 'msg');
  assert.equal(frame.error, undefined);
});

it('passes quotes and mentions both ways', async () => {
  const question = await ben.send(ME, 'question?');
  const { message: quoted } = await untilUpsert(me.client, question);
  const sent = await me.client
    .sock()
    .sendMessage(jidOf(BEN), { text: `@${BEN} answer`, mentions: [jidOf(BEN)] }, { quoted });
  const answer = await ben.waitForMessage(({ id }) => id === sent?.key.id);
  assert.deepEqual(answer.quoted, { id: question, text: 'question?' });
  assert.deepEqual(answer.mentions, [BEN]);

  const back = await ben.send(ME, 'thanks', { quoted: answer.id, mentions: [ME] });
  const { message } = await untilUpsert(me.client, back);
  const context = message.message?.extendedTextMessage?.contextInfo;
  assert.equal(context?.stanzaId, answer.id);
  assert.match(context?.participant ?? '', /@lid$/);
  assert.equal(context?.quotedMessage?.extendedTextMessage?.text, `@${BEN} answer`);
  assert.deepEqual(context?.mentionedJid, [`${(await me.phone.show()).lid}@lid`]);
});

it('shows the companion what the own phone sent', async () => {
  for (const addressing of ['lid', 'pn'] as const) {
    const id = await me.phone.send(BEN, `from my phone, ${addressing}`, { addressing });
    const { message } = await untilUpsert(me.client, id);
    assert.equal(message.key.fromMe, true);
    assert.equal(message.message?.conversation, `from my phone, ${addressing}`);
    const { lid } = await ben.show();
    assert.equal(message.key.remoteJid, addressing === 'lid' ? `${lid}@lid` : jidOf(BEN));
    await ben.waitForMessage((shown) => shown.id === id && shown.from === ME);
    const receipt = await me.server.waitForReceipt((one) => one.id === id);
    assert.equal(receipt.type, 'sender');
  }
});

it('gives every companion of both sides its copy', async () => {
  const second = await pairBaileys(test.sandbox, me.phone.scan);
  const other = await test.pair('4915200000003');
  const sent = await me.client.sock().sendMessage(other.jid, { text: 'to all of you' });
  const id = sent?.key.id ?? '';
  const { message: copy } = await untilUpsert(second, id);
  assert.equal(copy.key.fromMe, true);
  assert.equal(copy.message?.conversation ?? copy.message?.extendedTextMessage?.text, 'to all of you');
  const { message: received } = await untilUpsert(other.client, id);
  assert.equal(received.key.fromMe, false);
  assert.equal(received.message?.extendedTextMessage?.text, 'to all of you');
  const reply = await other.client.sock().sendMessage(jidOf(ME), { text: 'and back' });
  for (const client of [me.client, second]) await untilUpsert(client, reply?.key.id ?? '');
  await second.close();
});
