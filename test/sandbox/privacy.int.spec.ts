import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { BaileysEventMap } from '@whiskeysockets/baileys';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915140000001';
const BEN = '4915140000002';

let test: TestSandbox;
let me: Account;
let ben: PhoneHandle;
let benLid: string;
const updates: BaileysEventMap['blocklist.update'][] = [];
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME, {
    onSocket: (sock) => sock.ev.on('blocklist.update', (one) => updates.push(one)),
  });
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
  benLid = `${(await ben.show()).lid}@lid`;
});
after(() => test.close());
dumpFramesOnFailure(() => test);

it('blocks by companion: listed, told, and nothing comes through', async () => {
  const sock = me.client.sock();
  await sock.onWhatsApp(BEN);
  await sock.updateBlockStatus(jidOf(BEN), 'block');
  assert.deepEqual(await sock.fetchBlocklist(), [benLid]);
  await until('the update', () =>
    updates.some(({ blocklist, type }) => type === 'add' && blocklist.includes(benLid)),
  );
  assert.deepEqual((await me.phone.privacy()).blocked, [BEN]);
  const blocked = await ben.send(ME, 'can you hear me?');
  await sock.updateBlockStatus(benLid, 'unblock');
  const heard = await ben.send(ME, 'and now?');
  await until('the text', () => me.client.upserts.some(({ message }) => message.key.id === heard));
  await me.phone.waitForMessage(({ id }) => id === heard);
  assert.ok(!me.client.upserts.some(({ message }) => message.key.id === blocked));
  assert.ok(!(await me.phone.frames()).some(({ id }) => id === blocked));
});

it('blocks by phone: the companion is told', async () => {
  updates.length = 0;
  assert.deepEqual(await me.phone.block(BEN), [BEN]);
  await until('the block', () => updates.some(({ type }) => type === 'add'));
  assert.deepEqual(await me.phone.block(BEN, false), []);
  await until('its end', () => updates.some(({ type }) => type === 'remove'));
  assert.deepEqual(await me.client.sock().fetchBlocklist(), []);
});

it('keeps privacy settings', async () => {
  const sock = me.client.sock();
  await sock.updateLastSeenPrivacy('contacts');
  await sock.updateGroupsAddPrivacy('contacts');
  await sock.updateReadReceiptsPrivacy('none');
  const settings = await sock.fetchPrivacySettings(true);
  assert.equal(settings.last, 'contacts');
  assert.equal(settings.groupadd, 'contacts');
  assert.equal((await me.phone.privacy()).settings.readreceipts, 'none');
});

it('lets strangers add nobody who does not wish it, and gives an invite instead', async () => {
  const group = await ben.makeGroup('Uninvited', [ME]);
  assert.ok(!group.participants.some(({ number }) => number === ME));
  assert.deepEqual(await ben.changeGroup(group.id, { kind: 'add', numbers: [ME] }), { [ME]: 403 });
  const state = test.sandbox.world.state.groups.get(group.id)?.personal.get(ME);
  assert.ok(state);
  const joined = await me.client.sock().groupAcceptInviteV4(benLid, {
    groupJid: group.jid,
    inviteCode: state.code,
    inviteExpiration: state.expiration,
  });
  assert.equal(joined, group.jid);
  assert.ok((await ben.group(group.id)).participants.some(({ number }) => number === ME));
  await me.phone.change({ kind: 'contact', number: BEN, name: 'Ben' });
  const next = await ben.makeGroup('Invited', [ME]);
  assert.ok(next.participants.some(({ number }) => number === ME));
});
