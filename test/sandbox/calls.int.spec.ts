import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { WACallEvent } from '@whiskeysockets/baileys';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915130000001';
const BEN = '4915130000002';

let test: TestSandbox;
let me: Account;
let ben: PhoneHandle;
const calls: WACallEvent[] = [];
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME, { onSocket: (sock) => sock.ev.on('call', (some) => calls.push(...some)) });
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const heard = (id: string, status: string) =>
  until(`${status} of ${id}`, () => calls.find((call) => call.id === id && call.status === status));

it('rings at a companion, which rejects', async () => {
  const { id } = await ben.ring(ME, { video: true });
  const offer = await heard(id, 'offer');
  assert.equal(offer.isVideo, true);
  assert.equal(offer.callerPn, jidOf(BEN));
  assert.equal(offer.from, `${(await ben.show()).lid}@lid`);
  await me.client.sock().rejectCall(id, offer.from);
  const call = await ben.waitForCall((one) => one.id === id && one.status === 'rejected');
  assert.equal(call.to, ME);
});

it('rings until it is a missed call', async () => {
  const { id } = await ben.ring(ME, { ringFor: 30 });
  await heard(id, 'offer');
  await heard(id, 'timeout');
  await ben.waitForCall((one) => one.id === id && one.status === 'missed');
  const missed = await until('the missed call', () =>
    me.client.upserts.find(({ message }) => message.key.id === id && message.messageStubType),
  );
  // CALL_MISSED_VOICE
  assert.equal(missed.message.messageStubType, 40);
});

it('is answered elsewhere, and ends', async () => {
  const { id } = await ben.ring(ME);
  await heard(id, 'offer');
  await me.phone.endCall(id, 'accept');
  await heard(id, 'accept');
  await ben.endCall(id, 'hangup');
  await heard(id, 'terminate');
  await assert.rejects(ben.endCall(id, 'hangup'), { code: 'over' });
  await assert.rejects(ben.endCall((await ben.ring(ME)).id, 'accept'), { code: 'not_called' });
});

it('ends when the caller gives up, and rings nowhere for who is blocked', async () => {
  const { id } = await ben.ring(ME);
  await heard(id, 'offer');
  await ben.endCall(id, 'hangup');
  await heard(id, 'terminate');
  await me.phone.block(BEN);
  const blocked = await ben.ring(ME, { ringFor: 10 });
  await ben.waitForCall((one) => one.id === blocked.id && one.status === 'missed');
  await me.phone.block(BEN, false);
  const next = await ben.ring(ME);
  await heard(next.id, 'offer');
  assert.ok(!calls.some((call) => call.id === blocked.id && call.status === 'offer'));
});
