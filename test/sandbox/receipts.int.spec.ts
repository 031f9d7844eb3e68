import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { statusOf, until, untilUpsert } from '../support/bare-baileys.ts';
import { jidOf, openPair } from '../support/sandbox.ts';

const ME = '4915300000001';
const BEN = '4915300000002';
const { Status } = proto.WebMessageInfo;

const { test, me, ben } = await openPair(ME, BEN);
beforeEach(async () => {
  await me.server.trouble({ kind: 'none' });
  await ben.set({ online: true, deliverAfter: 0, readAfter: 0 });
});

const say = async (text: string) => (await me.client.sock().sendMessage(jidOf(BEN), { text }))?.key.id ?? '';
const acks = () => {
  const seen: { id: string | undefined; error: string | undefined }[] = [];
  me.client.sock().ws.on('CB:ack,class:message', ({ attrs }: { attrs: Record<string, string> }) => {
    seen.push({ id: attrs.id, error: attrs.error });
  });
  return seen;
};
const shownTimes = async (phone: PhoneHandle, id: string) =>
  (await phone.displayed()).filter((message) => message.id === id).length;
const framesOf = async (phone: PhoneHandle, id: string) =>
  (await phone.frames()).filter((frame) => frame.id === id);

it('acks what the companion sends', async () => {
  const seen = acks();
  const id = await say('acked');
  await until('the ack', () => seen.some((ack) => ack.id === id && ack.error === undefined));
});

it('withholds or delays acks, and rejects messages', async () => {
  const seen = acks();
  await me.server.trouble({ kind: 'acks', hold: 'withhold' });
  const withheld = await say('withheld');
  await ben.waitForMessage(({ id }) => id === withheld);
  await me.server.trouble({ kind: 'acks', hold: 50 });
  const started = performance.now();
  const delayed = await say('delayed');
  await until('the late ack', () => seen.some((ack) => ack.id === delayed));
  assert.ok(performance.now() - started >= 45);
  await me.server.trouble({ kind: 'none' });
  await me.server.trouble({ kind: 'reject', code: 406, count: 1 });
  const rejected = await say('rejected');
  await until('the refusal', () => seen.some((ack) => ack.id === rejected && ack.error === '406'));
  // like any status it may come merged into the upsert
  await until(
    'its status',
    () =>
      me.client.updates.some(({ id, status }) => id === rejected && status === Status.ERROR) ||
      me.client.upserts.some(({ message }) => message.key.id === rejected && message.status === Status.ERROR),
  );
  assert.deepEqual(
    seen.filter((ack) => ack.id === withheld),
    [],
  );
  const last = await say('last');
  await ben.waitForMessage(({ id }) => id === last);
  assert.equal(await shownTimes(ben, rejected), 0);
});

it('raises a status as the phone behaves: sent, delivered, read', async () => {
  await ben.set({ deliverAfter: null });
  const sent = await say('only sent');
  await ben.waitForMessage(({ id }) => id === sent);
  await ben.set({ deliverAfter: 0, readAfter: null });
  const delivered = await say('only delivered');
  await until('delivered', () => statusOf(me.client, delivered) === Status.DELIVERY_ACK);
  assert.ok(statusOf(me.client, sent) < Status.DELIVERY_ACK);
  await ben.set({ readAfter: 40 });
  const late = await say('read later');
  await until('delivered', () => statusOf(me.client, late) >= Status.DELIVERY_ACK);
  await until('read', () => statusOf(me.client, late) === Status.READ);
  assert.equal(statusOf(me.client, delivered), Status.DELIVERY_ACK);
});

it('withholds or delays receipts', async () => {
  await me.server.trouble({ kind: 'receipts', hold: 'withhold' });
  const id = await say('no news');
  await ben.waitForMessage((message) => message.id === id);
  await me.server.trouble({ kind: 'receipts', hold: 50 });
  const started = performance.now();
  const late = await say('late news');
  await until('delivered', () => statusOf(me.client, late) >= Status.DELIVERY_ACK);
  assert.ok(performance.now() - started >= 45);
  await me.server.trouble({ kind: 'none' });
  const next = await say('news again');
  await until('read', () => statusOf(me.client, next) === Status.READ);
  assert.ok(statusOf(me.client, id) < Status.DELIVERY_ACK);
});

it('keeps a ledger of what the companion receipted, in order and with times', async () => {
  const before = (await test.control.state()).sequence;
  const started = Date.now();
  const ids: string[] = [];
  for (let number = 0; number < 10; number++) ids.push(await ben.send(ME, `number ${number}`));
  await me.server.waitForReceipt(({ id }) => id === ids.at(-1));
  const receipts = await me.server.receipts(before);
  assert.deepEqual(
    receipts.map(({ id }) => id),
    ids,
  );
  for (const receipt of receipts) {
    assert.equal(receipt.kind, 'receipt');
    assert.ok(receipt.at >= started && receipt.at <= Date.now());
  }
  const { message } = await untilUpsert(me.client, ids.at(-1));
  await me.client.sock().readMessages([message.key]);
  await me.server.waitForReceipt(({ id, kind }) => id === ids.at(-1) && kind === 'read');
});

it('asks for a message it cannot decrypt; the companion sends it again under its id', async () => {
  await say('session is open');
  await me.server.trouble({ kind: 'tamper-out', count: 1 });
  const id = await say('damaged on the way');
  const shown = await ben.waitForMessage((message) => message.id === id);
  assert.equal(shown.text, 'damaged on the way');
  const frames = await framesOf(ben, id);
  assert.ok(frames[0]?.error);
  assert.equal(frames.at(-1)?.error, undefined);
  assert.ok(frames.length >= 2);
  assert.equal(await shownTimes(ben, id), 1);
  // the own phone is sent it again, too, and shows it once
  await me.phone.waitForFrame((frame) => frame.id === id);
  assert.equal(await shownTimes(me.phone, id), 1);
  await until('read', () => statusOf(me.client, id) === Status.READ);
});

it('answers the companion’s retry receipt with the same id in a new session', async () => {
  const before = (await test.control.state()).sequence;
  await ben.send(ME, 'session is open');
  await me.server.trouble({ kind: 'tamper-in', count: 1 });
  const id = await ben.send(ME, 'damaged on the way in');
  const found = await until('the text', () =>
    me.client.upserts.find(
      ({ message }) => message.key.id === id && message.message?.conversation === 'damaged on the way in',
    ),
  );
  assert.ok(found);
  await me.server.waitForReceipt((receipt) => receipt.id === id && receipt.kind === 'receipt');
  const kinds = (await me.server.receipts(before)).filter((receipt) => receipt.id === id);
  assert.deepEqual(
    kinds.map(({ kind, error }) => ({ kind, error })),
    [
      { kind: 'retry', error: undefined },
      { kind: 'nack', error: '500' },
      { kind: 'receipt', error: undefined },
    ],
  );
  const next = await ben.send(ME, 'and on it goes');
  await untilUpsert(me.client, next);
  const [companion] = (await me.phone.show()).companions;
  assert.equal(companion?.waiting, 0);
});

it('damages the own phone’s copies and repairs them, too', async () => {
  await me.server.trouble({ kind: 'tamper-in', count: 1 });
  const id = await me.phone.send(BEN, 'a damaged copy');
  const { message } = await until('the copy', () =>
    me.client.upserts.find(
      (upsert) => upsert.message.key.id === id && upsert.message.message?.conversation === 'a damaged copy',
    ),
  );
  assert.equal(message.key.fromMe, true);
});

it('tells a companion what the phone has read, if it is to', async () => {
  await me.phone.set({ tellsReads: true, readAfter: null });
  const id = await ben.send(ME, 'read on the phone');
  await untilUpsert(me.client, id);
  await me.phone.set({ readAfter: 0 });
  const next = await ben.send(ME, 'this one, too');
  await until('read elsewhere', () => statusOf(me.client, next) === Status.READ);
  assert.ok(statusOf(me.client, id) < Status.READ);
  await me.phone.set({ tellsReads: false });
});

it('pushes a message twice; the companion refuses the repeat', async () => {
  await me.server.trouble({ kind: 'duplicate', count: 1 });
  const id = await ben.send(ME, 'twice');
  await me.server.waitForReceipt((receipt) => receipt.id === id && receipt.kind === 'nack');
  const kinds = (await me.server.receipts()).filter((receipt) => receipt.id === id).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['receipt', 'nack']);
});
