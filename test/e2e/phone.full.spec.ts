import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import sharp from 'sharp';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { makeJpeg } from '../support/media.ts';
import { type Answer, type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
type Fields = Record<string, unknown>;

let world: World;
let service: Service;
let own: PhoneHandle;
let anna: PhoneHandle;
let bert: PhoneHandle;

before(async () => {
  world = await startWorld();
  own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  anna = await world.sandbox.makePhone('4915100000002', { name: 'Anna' });
  bert = await world.sandbox.makePhone('4915100000003', { name: 'Bert' });
  service = await startService(world.env);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const send = (method: string, path: string, body?: object): Promise<Answer> =>
  service.send(method, `/accounts/${ACCOUNT}${path}`, body);
const ok = async (method: string, path: string, body?: object): Promise<Fields> => {
  const answer = await send(method, path, body);
  assert.ok([200, 201].includes(answer.status), `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const bytesOf = async (path: string): Promise<Buffer> => {
  const response = await fetch(`${service.url}/accounts/${ACCOUNT}${path}`);
  assert.equal(response.status, 200, path);
  assert.equal(response.headers.get('content-type'), 'image/jpeg');
  return Buffer.from(await response.arrayBuffer());
};
const untilChat = (chatId: string, holds: (chat: Fields) => unknown, what: string) =>
  waitFor(
    async () =>
      ((await ok('GET', '/chats')).chats as Fields[]).find((one) => one.chatId === chatId && holds(one)),
    {
      what,
    },
  );
const upload = (path: string, jpeg: Buffer): Promise<Response> => {
  const form = new FormData();
  form.append('picture', new Blob([jpeg], { type: 'image/jpeg' }), 'me.jpg');
  return fetch(`${service.url}/accounts/${ACCOUNT}${path}`, { method: 'PUT', body: form });
};

it('pairs by a code, also after one that nobody typed', async () => {
  await service.send('POST', '/accounts', { id: ACCOUNT, name: 'Shop' });
  const wrong = await send('POST', '/pairing-code', { phone: 'x' });
  assert.deepEqual(
    [wrong.status, wrong.body.error],
    [400, 'phone must be a phone number with its country code, e.g. +4915112345678'],
  );
  await ok('POST', '/pairing-code', { phone: `+${own.number}` });
  await service.stop();
  service = await startService(world.env);
  const { code, phone } = await ok('POST', '/pairing-code', { phone: `+${own.number}` });
  assert.equal(phone, own.number);
  assert.match(String(code), /^[1-9A-Z]{8}$/);
  await waitFor(async () => (await world.sandbox.state()).waitingForCode.includes(own.number), {
    what: 'the phone to be told',
  });
  await own.enterCode(String(code));
  await untilStatus(service, ACCOUNT, 'connected');
  const again = await send('POST', '/pairing-code', { phone: own.number });
  assert.deepEqual([again.status, again.body.error], [400, 'The account is paired: log out first']);
  const texts = JSON.stringify(await logged(world)) + service.output();
  assert.ok(!texts.includes(String(code)), 'a code is a secret');
});

it('shows calls, and turns one down', async () => {
  const { id } = await anna.ring(own.number, { video: true });
  const ringing = await waitFor(
    async () => ((await ok('GET', '/calls')).calls as Fields[]).find(({ callId }) => callId === id),
    { what: 'the call' },
  );
  assert.deepEqual(
    [ringing.status, ringing.isVideo, ringing.chatId, ringing.from, ringing.endedAt],
    ['ringing', true, jidOf(anna), jidOf(anna), null],
  );
  await ok('POST', `/calls/${id}/reject`);
  await anna.waitForCall((call) => call.id === id && call.status === 'rejected');
  await waitFor(async () => ((await ok('GET', '/calls')).calls as Fields[])[0]?.status === 'rejected', {
    what: 'the call to be turned down',
  });
  const over = await send('POST', `/calls/${id}/reject`);
  assert.deepEqual([over.status, over.body.error], [404, 'No such call is ringing']);
  const missed = await anna.ring(own.number, { ringFor: 30 });
  await waitFor(
    async () =>
      ((await ok('GET', '/calls')).calls as Fields[]).find(
        ({ callId, status }) => callId === missed.id && status === 'missed',
      ),
    { what: 'the missed call' },
  );
});

it('shows and changes the profile', async () => {
  const changed = await ok('PUT', '/profile', { name: 'The shop', about: 'Open until six' });
  assert.deepEqual(changed.profile, {
    id: jidOf(own),
    lid: `${(await own.show()).lid}@lid`,
    name: 'The shop',
    about: 'Open until six',
  });
  assert.equal(await anna.about(own.number), 'Open until six');
  assert.deepEqual((await ok('GET', '/profile')).profile, changed.profile);
  const none = await send('PUT', '/profile', {});
  assert.deepEqual([none.status, none.body.error], [400, 'name or about is required']);
});

it('sets pictures, shows them and takes them away', async () => {
  const group = (await anna.makeGroup('Faces', [own.number])).jid;
  for (const [path, seenBy] of [
    ['/profile/picture', own.number],
    [`/groups/${group}/picture`, group],
  ] as const) {
    assert.equal((await send('GET', path)).status, 404);
    const set = await upload(path, await makeJpeg(1_000, 700));
    assert.equal(set.status, 200, await set.text());
    const seen = await anna.picture(seenBy);
    assert.equal((await sharp(seen).metadata()).width, 640);
    assert.deepEqual(await bytesOf(path), seen);
    assert.equal((await sharp(await bytesOf(`${path}?size=preview`)).metadata()).width, 96);
    await ok('DELETE', path);
    assert.equal((await send('GET', path)).status, 404);
  }
  const broken = await upload('/profile/picture', Buffer.from('no picture'));
  assert.equal(broken.status, 422);
  const jpeg = await makeJpeg(640, 640);
  await anna.setPicture(jpeg);
  assert.deepEqual(await bytesOf(`/contacts/${jidOf(anna)}/picture`), jpeg);
  assert.equal((await send('GET', `/contacts/${jidOf(bert)}/picture`)).status, 404);
});

it('lists contacts by name, with both of their ids', async () => {
  await anna.send(own.number, 'hello');
  await own.change({ kind: 'contact', number: bert.number, name: 'Bert the plumber' });
  const lids = new Map([anna, bert].map((phone) => [jidOf(phone), phone]));
  const contacts = await waitFor(
    async () => {
      const { contacts: found } = await ok('GET', '/contacts');
      const known = (found as Fields[]).filter(({ contactId }) => lids.has(String(contactId)));
      return known.length === 2 && known;
    },
    { what: 'both contacts' },
  );
  const [ann, ber] = [anna, bert].map((phone) =>
    contacts.find(({ contactId }) => contactId === jidOf(phone)),
  );
  assert.deepEqual([ann?.pushName, ann?.lid], ['Anna', `${(await anna.show()).lid}@lid`]);
  assert.equal(ber?.name, 'Bert the plumber');
});

it('follows labels and what they stick on', async () => {
  const messageId = await anna.send(own.number, 'I want two');
  await own.change({ kind: 'label', id: '7', name: 'New order', color: 3 });
  await own.change({ kind: 'attach', label: '7', chat: anna.number });
  await own.change({ kind: 'attach', label: '7', chat: anna.number, id: messageId });
  const labels = (holds: (label: Fields) => unknown, what: string) =>
    waitFor(async () => ((await ok('GET', '/labels')).labels as Fields[]).find(holds), { what });
  const chatId = jidOf(anna);
  const label = await labels(({ messages }) => (messages as unknown[]).length === 1, 'the label');
  assert.deepEqual(label, {
    labelId: '7',
    name: 'New order',
    color: 3,
    chats: [chatId],
    messages: [{ chatId, messageId }],
  });
  await own.change({ kind: 'attach', label: '7', chat: anna.number, on: false });
  await labels(({ chats }) => (chats as unknown[]).length === 0, 'the label to be taken off');
  await own.change({ kind: 'label', id: '7', name: 'New order', color: 3, deleted: true });
  await waitFor(async () => ((await ok('GET', '/labels')).labels as unknown[]).length === 0, {
    what: 'no label',
  });
});

it('counts nothing as unread that was read on the phone', async () => {
  const group = (await anna.makeGroup('Readers', [own.number])).jid;
  for (const [to, chatId] of [
    [own.number, jidOf(anna)],
    [group, group],
  ] as const) {
    await own.set({ readAfter: null, tellsReads: true });
    await anna.send(to, 'read me');
    await untilChat(chatId, ({ unreadCount }) => Number(unreadCount) > 0, 'something unread');
    await own.set({ readAfter: 50 });
    await anna.send(to, 'and me');
    await untilChat(chatId, ({ unreadCount }) => unreadCount === 0, 'nothing unread');
  }
  await own.set({ readAfter: null });
});

const SETTINGS = [
  { announce: true },
  { locked: true },
  { memberAdd: true },
  { joinApproval: true },
  { disappearing: 86_400 },
  { announce: false, locked: false, memberAdd: false, joinApproval: false, disappearing: 0 },
] as const;

it('changes groups: subject, description, settings and who is an admin', async () => {
  const { group } = await ok('POST', '/groups', { subject: 'New', participants: [anna.number, bert.number] });
  const { groupId } = group as { groupId: string };
  const asAnnaSees = async () => (await anna.group(groupId)) as unknown as Fields;
  const renamed = await ok('PUT', `/groups/${groupId}/subject`, { subject: 'Renamed' });
  assert.equal((renamed.group as Fields).subject, 'Renamed');
  for (const description of ['What it is for', '']) {
    const described = await ok('PUT', `/groups/${groupId}/description`, { description });
    assert.equal((described.group as Fields).description, description || null);
  }
  assert.equal((await asAnnaSees()).subject, 'Renamed');
  for (const settings of SETTINGS) {
    const set = await ok('PUT', `/groups/${groupId}/settings`, settings);
    for (const [name, value] of Object.entries(settings))
      assert.equal((set.group as Fields)[name], value, name);
  }
  for (const [action, role] of [
    ['promote', 'admin'],
    ['demote', 'member'],
  ] as const) {
    await ok('POST', `/groups/${groupId}/participants`, { action, participants: [anna.number] });
    const { group: now } = await ok('GET', `/groups/${groupId}`);
    const found = (now as { participants: Fields[] }).participants.find(({ id }) => id === jidOf(anna));
    assert.equal(found?.role, role);
  }
  const some = await send('PUT', `/groups/${groupId}/settings`, {});
  assert.equal(some.status, 400);
});

it('invites, joins by code or link, waits for an admin where it must, and leaves', async () => {
  const { group } = await ok('POST', '/groups', { subject: 'Ours', participants: [anna.number] });
  const { groupId } = group as { groupId: string };
  const { code, link } = await ok('GET', `/groups/${groupId}/invite`);
  assert.equal(link, `https://chat.whatsapp.com/${code}`);
  const other = (await ok('POST', `/groups/${groupId}/invite/revoke`)).code;
  assert.notEqual(other, code);
  await assert.rejects(bert.join(String(code)));
  assert.equal((await bert.join(String(other))).jid, groupId);

  const open = await anna.makeGroup('Open', []);
  const theirs = (await world.sandbox.phone(anna.number).group(open.jid)).inviteCode;
  const joined = await ok('POST', '/groups/join', { code: `https://chat.whatsapp.com/${theirs}` });
  assert.deepEqual(joined, { ok: true, groupId: open.jid, waiting: false });
  await ok('POST', `/groups/${open.jid}/leave`);
  assert.ok(!(await anna.group(open.jid)).participants.some(({ number }) => number === own.number));
  assert.ok([403, 404].includes((await send('POST', `/groups/${open.jid}/leave`)).status));

  const closed = await anna.makeGroup('Closed', []);
  await anna.changeGroup(closed.jid, { kind: 'joinApproval', on: true });
  const asking = (await anna.group(closed.jid)).inviteCode;
  assert.deepEqual(await ok('POST', '/groups/join', { code: asking }), {
    ok: true,
    groupId: closed.jid,
    waiting: true,
  });
  const bad = await send('POST', '/groups/join', { code: 'AAAAAAAAAAAAAAAAAAAAAA' });
  assert.ok([404, 422].includes(bad.status), JSON.stringify(bad.body));
});
