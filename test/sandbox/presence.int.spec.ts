import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { BaileysEventMap } from '@whiskeysockets/baileys';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915800000001';
const BEN = '4915800000002';
const DORA = '4915800000003';

let test: TestSandbox;
let me: Account;
let ben: PhoneHandle;
let seen: BaileysEventMap['presence.update'][];
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME);
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
  seen = [];
  me.client.sock().ev.on('presence.update', (update) => seen.push(update));
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const last = (jid: string, participant = jid) =>
  seen.filter(({ id, presences }) => id === jid && presences[participant]).at(-1)?.presences[participant];
const becomes = (jid: string, presence: string, participant = jid) =>
  until(`${presence} of ${participant}`, () => last(jid, participant)?.lastKnownPresence === presence);

it('tells a companion whether somebody it asked about is there, and since when not', async () => {
  const jid = jidOf(BEN);
  await me.client.sock().presenceSubscribe(jid);
  await becomes(jid, 'unavailable');
  assert.equal(last(jid)?.lastSeen, undefined);
  await ben.presence({ state: 'available' });
  await becomes(jid, 'available');
  const before = Math.floor(Date.now() / 1000);
  await ben.presence({ state: 'unavailable' });
  await becomes(jid, 'unavailable');
  const { lastSeen = 0 } = last(jid) ?? {};
  assert.ok(lastSeen >= before && lastSeen <= Math.ceil(Date.now() / 1000));
});

it('says nothing about people nobody asked about', async () => {
  const dora = await test.control.makePhone(DORA);
  await dora.presence({ state: 'available' });
  await ben.presence({ state: 'available' });
  await becomes(jidOf(BEN), 'available');
  assert.equal(last(jidOf(DORA)), undefined);
});

it('shows a phone whether the person of a companion is there', async () => {
  await ben.presence({ watch: ME });
  const sock = me.client.sock();
  await sock.sendPresenceUpdate('available');
  await ben.waitForPresence(({ from, state }) => from === ME && state === 'available');
  await sock.sendPresenceUpdate('unavailable');
  const gone = await ben.waitForPresence(({ from, state }) => from === ME && state === 'unavailable');
  assert.ok((gone.lastSeen ?? 0) > Date.now() - 5000);
  await sock.sendPresenceUpdate('available');
  await ben.waitForPresence(
    ({ from, state, sequence }) => from === ME && state === 'available' && sequence > gone.sequence,
  );
  await me.client.close();
  await ben.waitForPresence(
    ({ from, state, sequence }) => from === ME && state === 'unavailable' && sequence > gone.sequence,
  );
  me.client.reconnect();
  await ben.waitForPresence(({ from, state }) => from === ME && state === 'available');
  me.client.sock().ev.on('presence.update', (update) => seen.push(update));
});

it('keeps when somebody was last there to themselves if they wish so', async () => {
  await me.client.sock().updateLastSeenPrivacy('none');
  await me.client.sock().sendPresenceUpdate('unavailable');
  const gone = await ben.waitForPresence(({ from, state }) => from === ME && state === 'unavailable');
  assert.equal(gone.lastSeen, undefined);
});

it('shows both sides that the other one types or records', async () => {
  const sock = me.client.sock();
  for (const state of ['composing', 'recording', 'paused'] as const) {
    await sock.sendPresenceUpdate(state, jidOf(BEN));
    await ben.waitForPresence((shown) => shown.chat === ME && shown.from === ME && shown.state === state);
  }
  const { lid } = await ben.show();
  for (const state of ['composing', 'recording'] as const) {
    await ben.presence({ state, to: ME });
    await becomes(`${lid}@lid`, state);
  }
  await ben.presence({ state: 'paused', to: ME });
  await becomes(`${lid}@lid`, 'available');
});

it('shows typing in a group with who types', async () => {
  const group = await ben.makeGroup('Typists', [ME]);
  const benLid = `${(await ben.show()).lid}@lid`;
  await ben.presence({ state: 'composing', to: group.jid });
  await becomes(group.jid, 'composing', benLid);
  await me.client.sock().sendPresenceUpdate('composing', group.jid);
  await ben.waitForPresence(
    ({ chat, from, state }) => chat === group.jid && from === ME && state === 'composing',
  );
});
