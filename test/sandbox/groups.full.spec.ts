import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type BaileysEventMap, type GroupMetadata, normalizeMessageContent } from '@whiskeysockets/baileys';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { pairBaileys, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915600000001';
const BEN = '4915600000002';
const CLARA = '4915600000003';
const DORA = '4915600000004';

let test: TestSandbox;
let me: Account;
let other: Account;
let ben: PhoneHandle;
let clara: PhoneHandle;
let group: GroupMetadata;

/** Everything an event brought. */
const collect = <K extends keyof BaileysEventMap>(account: Account, event: K): BaileysEventMap[K][] => {
  const seen: BaileysEventMap[K][] = [];
  account.client.sock().ev.on(event, (data) => seen.push(data));
  return seen;
};
const lidOf = async (number: string) => `${(await test.control.phone(number).show()).lid}@lid`;
const stubs = (account: Account, jid: string) =>
  account.client.upserts
    .filter(({ message }) => message.key.remoteJid === jid && message.messageStubType)
    .map(({ message }) => message);
const heard = (account: Account, id: string) =>
  until(`text of ${id}`, () =>
    account.client.upserts.find(({ message }) => {
      const content = normalizeMessageContent(message.message);
      return message.key.id === id && (content?.conversation || content?.extendedTextMessage);
    }),
  );

before(async () => {
  test = await openSandbox();
  me = await test.pair(ME);
  other = await test.pair(DORA);
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
  clara = await test.control.makePhone(CLARA, { name: 'Clara' });
  group = await me.client.sock().groupCreate('Climbers', [jidOf(BEN), jidOf(DORA), jidOf('4915699999999')]);
});
after(() => test.close());
dumpFramesOnFailure(() => test);

it('makes a group of those who exist, named by LID with their numbers beside', async () => {
  assert.match(group.id, /^120363\d+@g\.us$/);
  assert.equal(group.subject, 'Climbers');
  assert.equal(group.addressingMode, 'lid');
  assert.equal(group.owner, await lidOf(ME));
  assert.equal(group.ownerPn, jidOf(ME));
  const metadata = await me.client.sock().groupMetadata(group.id);
  assert.deepEqual(
    metadata.participants.map(({ id, phoneNumber, admin }) => ({ id, phoneNumber, admin })),
    [
      { id: await lidOf(ME), phoneNumber: jidOf(ME), admin: 'superadmin' },
      { id: await lidOf(BEN), phoneNumber: jidOf(BEN), admin: null },
      { id: await lidOf(DORA), phoneNumber: jidOf(DORA), admin: null },
    ],
  );
  const all = await other.client.sock().groupFetchAllParticipating();
  assert.deepEqual(Object.keys(all), [group.id]);
  const [shown] = await ben.groups();
  assert.equal(shown?.jid, group.id);
  const stub = await until('the stub', () => stubs(other, group.id)[0]);
  assert.deepEqual(stub.messageStubParameters, ['Climbers']);
  await assert.rejects(me.client.sock().groupMetadata('120363000000000000@g.us'));
});

it('carries texts from the companion to everybody, and receipts back', async () => {
  const receipts = collect(me, 'message-receipt.update');
  const sent = await me.client.sock().sendMessage(group.id, { text: 'who comes along?' });
  const id = sent?.key.id ?? '';
  const shown = await ben.waitForMessage((message) => message.id === id);
  assert.equal(shown.text, 'who comes along?');
  assert.equal(shown.chat, group.id);
  assert.equal(shown.from, ME);
  const { message } = await heard(other, id);
  assert.equal(message.key.participant, await lidOf(ME));
  assert.equal(message.key.participantAlt, jidOf(ME));
  await me.phone.waitForMessage((own) => own.id === id && own.fromMe && own.chat === group.id);
  const benLid = await lidOf(BEN);
  // like any status it may come merged into the upsert
  const read = () => [
    ...receipts.flat().flatMap(({ key, receipt }) => (key.id === id ? [receipt] : [])),
    ...me.client.upserts.flatMap(({ message: own }) => (own.key.id === id ? (own.userReceipt ?? []) : [])),
  ];
  await until('ben’s read receipt', () =>
    read().some(({ userJid, readTimestamp }) => userJid === benLid && readTimestamp),
  );
  // the second one needs no key any more
  const again = await me.client.sock().sendMessage(group.id, { text: 'nobody?' });
  await ben.waitForMessage(({ id: other }) => other === again?.key.id);
  const frames = (await ben.frames()).filter((frame) => frame.id === again?.key.id);
  assert.deepEqual(
    frames.map(({ encryption, error }) => ({ encryption, error })),
    [{ encryption: 'skmsg', error: undefined }],
  );
});

it('carries texts from phones to companions, and shows who got and read them', async () => {
  for (const text of ['me', 'and me again']) {
    const id = await ben.send(group.id, text);
    const mine = await heard(me, id);
    assert.equal(mine.message.message?.conversation, text);
    assert.equal(mine.message.key.participant, await lidOf(BEN));
    await heard(other, id);
    await until('delivered to all', async () =>
      (await ben.displayed()).find((message) => message.id === id && message.status === 'read'),
    );
  }
  // and the own phone writes, read by its own companion
  const id = await me.phone.send(group.id, 'from my phone');
  const copy = await heard(me, id);
  assert.equal(copy.message.key.fromMe, true);
});

it('sends again what was damaged, both ways', async () => {
  await me.server.trouble({ kind: 'tamper-in', count: 1 });
  const id = await ben.send(group.id, 'damaged for one');
  assert.equal((await heard(me, id)).message.message?.conversation, 'damaged for one');
  await me.server.trouble({ kind: 'tamper-out', count: 1 });
  const sent = await me.client.sock().sendMessage(group.id, { text: 'damaged for Ben' });
  const shown = await ben.waitForMessage((message) => message.id === sent?.key.id);
  assert.equal(shown.text, 'damaged for Ben');
  const frames = (await ben.frames()).filter((frame) => frame.id === sent?.key.id);
  assert.ok(frames[0]?.error);
  const next = await me.client.sock().sendMessage(group.id, { text: 'fine again' });
  await ben.waitForMessage((message) => message.id === next?.key.id);
  const last = await ben.send(group.id, 'indeed');
  await heard(me, last);
});

it('adds, promotes, demotes and removes, each person answered apart', async () => {
  const updates = collect(other, 'group-participants.update');
  const sock = me.client.sock();
  const claraLid = await lidOf(CLARA);
  const added = await sock.groupParticipantsUpdate(
    group.id,
    [jidOf(CLARA), jidOf(BEN), jidOf('4915699999998')],
    'add',
  );
  assert.deepEqual(
    added.map(({ status }) => status),
    ['200', '409', '404'],
  );
  const event = await until('the addition', () => updates.find(({ action }) => action === 'add'));
  assert.equal(event.author, await lidOf(ME));
  assert.deepEqual(
    event.participants.map(({ id, phoneNumber }) => ({ id, phoneNumber })),
    [{ id: claraLid, phoneNumber: jidOf(CLARA) }],
  );
  // who came later reads what is written now
  const sent = await sock.sendMessage(group.id, { text: 'hello Clara' });
  await clara.waitForMessage(({ id }) => id === sent?.key.id);
  assert.deepEqual(
    (await sock.groupParticipantsUpdate(group.id, [claraLid], 'promote')).map(({ status }) => status),
    ['200'],
  );
  await until('the promotion', () => updates.find(({ action }) => action === 'promote'));
  assert.deepEqual(await clara.changeGroup(group.id, { kind: 'demote', numbers: [ME, BEN] }), {
    [ME]: 403,
    [BEN]: 200,
  });
  await sock.groupParticipantsUpdate(group.id, [claraLid], 'demote');
  await assert.rejects(clara.changeGroup(group.id, { kind: 'remove', numbers: [BEN] }), {
    code: 'forbidden',
  });
  await sock.groupParticipantsUpdate(group.id, [claraLid], 'remove');
  await until('the removal', () => updates.find(({ action }) => action === 'remove'));
  await assert.rejects(clara.send(group.id, 'still here?'), { code: 'may_not_write' });
  // who was removed cannot read on
  const id = await ben.send(group.id, 'without Clara');
  await heard(me, id);
  assert.equal((await clara.frames()).filter((frame) => frame.id === id).length, 0);
});

it('changes subject, description and settings, and tells the others', async () => {
  const updates = collect(other, 'groups.update');
  const sock = me.client.sock();
  const told = (test: (update: Partial<GroupMetadata>) => boolean) =>
    until('the update', () => updates.flat().find((update) => update.id === group.id && test(update)));
  await sock.groupUpdateSubject(group.id, 'Boulderers');
  assert.equal((await told(({ subject }) => subject === 'Boulderers')).author, await lidOf(ME));
  await sock.groupUpdateDescription(group.id, 'On Tuesdays');
  await told(({ desc }) => desc === 'On Tuesdays');
  await sock.groupUpdateDescription(group.id, 'On Wednesdays');
  await told(({ desc }) => desc === 'On Wednesdays');
  await sock.groupSettingUpdate(group.id, 'announcement');
  await told(({ announce }) => announce === true);
  await assert.rejects(ben.send(group.id, 'may I?'), { code: 'may_not_write' });
  const refused = await other.client.sock().sendMessage(group.id, { text: 'may I?' });
  await until(
    'the refusal',
    () =>
      other.client.upserts.some(
        ({ message }) => message.key.id === refused?.key.id && message.status === 0,
      ) || other.client.updates.some(({ id, status }) => id === refused?.key.id && status === 0),
  );
  await sock.groupSettingUpdate(group.id, 'not_announcement');
  await sock.groupSettingUpdate(group.id, 'locked');
  await told(({ restrict }) => restrict === true);
  await assert.rejects(other.client.sock().groupUpdateSubject(group.id, 'Mine'), /forbidden/);
  await sock.groupSettingUpdate(group.id, 'unlocked');
  await sock.groupMemberAddMode(group.id, 'all_member_add');
  await told(({ memberAddMode }) => memberAddMode === true);
  await sock.groupToggleEphemeral(group.id, 86_400);
  const metadata = await other.client.sock().groupMetadata(group.id);
  assert.equal(metadata.subject, 'Boulderers');
  assert.equal(metadata.desc, 'On Wednesdays');
  assert.equal(metadata.descOwner, await lidOf(ME));
  assert.equal(metadata.ephemeralDuration, 86_400);
  assert.equal(metadata.memberAddMode, true);
  assert.deepEqual([metadata.announce, metadata.restrict], [false, false]);
  await ben.changeGroup(group.id, { kind: 'subject', subject: 'Ben was here' });
  await told(({ subject }) => subject === 'Ben was here');
});

it('invites by code: info, join, revoke, approval', async () => {
  const sock = me.client.sock();
  const code = (await sock.groupInviteCode(group.id)) ?? '';
  const info = await other.client.sock().groupGetInviteInfo(code);
  assert.equal(info.id, group.id);
  assert.deepEqual(await clara.join(code), { jid: group.id, waiting: false });
  const next = (await sock.groupRevokeInvite(group.id)) ?? '';
  assert.notEqual(next, code);
  await assert.rejects(clara.join(code), { code: 'gone' });
  await clara.changeGroup(group.id, { kind: 'leave' });
  await sock.groupJoinApprovalMode(group.id, 'on');
  const requests = collect(me, 'group.join-request');
  assert.equal((await clara.join(next)).waiting, true);
  const asked = await until('the request', () => requests.find(({ action }) => action === 'created'));
  assert.equal(asked.participant, await lidOf(CLARA));
  const waiting = await sock.groupRequestParticipantsList(group.id);
  assert.deepEqual(
    waiting.map(({ jid }) => jid),
    [await lidOf(CLARA)],
  );
  const answered = await sock.groupRequestParticipantsUpdate(group.id, [await lidOf(CLARA)], 'approve');
  assert.deepEqual(
    answered.map(({ status }) => status),
    ['200'],
  );
  assert.ok((await clara.groups()).some(({ jid }) => jid === group.id));
  await assert.rejects(other.client.sock().groupAcceptInvite('nonsense'));
});

it('lets a companion join by code, and leave', async () => {
  const made = await ben.makeGroup('Ben’s', [CLARA]);
  const joined = await me.client.sock().groupAcceptInvite(made.inviteCode);
  assert.equal(joined, made.jid);
  await until('the group', () => stubs(me, made.jid)[0]);
  await me.client.sock().groupLeave(made.jid);
  const left = await ben.group(made.id);
  assert.ok(!left.participants.some(({ number }) => number === ME));
  await until('the farewell', () =>
    stubs(me, made.jid).some(({ messageStubType }) => messageStubType === 32),
  );
  await assert.rejects(me.client.sock().groupMetadata(made.jid), /forbidden/);
});

it('shows on phones how a group came to be what it is', async () => {
  const shown = await ben.displayed();
  const notices = shown.filter(({ kind, chat }) => kind === 'notice' && chat === group.id);
  const texts = notices.map(({ text }) => text);
  for (const text of [
    `Owner ${ME} created the group “Climbers”`,
    `Owner ${ME} added Clara`,
    'Clara took the admin role from You',
    `Owner ${ME} removed Clara`,
    `Owner ${ME} changed the subject to “Boulderers”`,
    'You changed the subject to “Ben was here”',
    'Clara joined',
    'Clara left',
  ]) {
    assert.ok(texts.includes(text), `${text} in ${texts.join('; ')}`);
  }
  assert.ok(notices.every(({ status }) => status === undefined));
});

it('is read by a phone that was set up anew', async () => {
  await ben.reinstall();
  const sent = await me.client.sock().sendMessage(group.id, { text: 'can you still read me?' });
  const shown = await ben.waitForMessage((message) => message.id === sent?.key.id);
  assert.equal(shown.text, 'can you still read me?');
  await heard(me, await ben.send(group.id, 'I can'));
});

it('keeps group messages for who is away', async () => {
  await other.client.close();
  const ids: string[] = [];
  for (let number = 0; number < 5; number++) ids.push(await ben.send(group.id, `away ${number}`));
  other.client.reconnect();
  for (const id of ids) assert.equal((await heard(other, id)).type, 'append');
});

it('tells a new companion of the groups its account is in', async () => {
  const seen: Partial<GroupMetadata>[] = [];
  const second = await pairBaileys(test.sandbox, me.phone.scan, {
    onSocket: (sock) => sock.ev.on('groups.update', (updates) => seen.push(...updates)),
  });
  const known = await until('the groups', () => seen.find(({ id }) => id === group.id));
  assert.equal(known.participants?.length, 4);
  // and it reads what is written there
  const id = await ben.send(group.id, 'to two companions');
  await until('the text', () =>
    second.upserts.some(({ message }) => message.key.id === id && message.message),
  );
  const sent = await second.sock().sendMessage(group.id, { text: 'from the second one' });
  await ben.waitForMessage((shown) => shown.id === sent?.key.id);
  await heard(me, sent?.key.id ?? '');
  await second.close();
});

it('names people by phone number where a group does', async () => {
  await ben.set({ groupAddressing: 'pn' });
  const made = await ben.makeGroup('Old school', [ME]);
  const metadata = await me.client.sock().groupMetadata(made.jid);
  assert.equal(metadata.addressingMode, 'pn');
  assert.deepEqual(
    metadata.participants.map(({ id, lid }) => ({ id, lid })),
    [
      { id: jidOf(BEN), lid: await lidOf(BEN) },
      { id: jidOf(ME), lid: await lidOf(ME) },
    ],
  );
  const id = await ben.send(made.jid, 'as ever');
  const { message } = await heard(me, id);
  assert.equal(message.key.participant, jidOf(BEN));
  assert.equal(message.key.participantAlt, await lidOf(BEN));
  const sent = await me.client.sock().sendMessage(made.jid, { text: 'indeed' });
  await ben.waitForMessage((shown) => shown.id === sent?.key.id);
});
