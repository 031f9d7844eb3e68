import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import { openFriends } from '../support/friends.ts';
import { startReceiver } from '../support/receiver.ts';
import { startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, untilStatus } from '../support/world.ts';

const ACCOUNT = 'shop';

const friends = await openFriends(ACCOUNT, { bert: { readAfter: 100 } });
const { world, own, anna, bert, group } = friends;
let { service } = friends;
after(() => service.kill());

type Fields = Record<string, unknown>;
const ask = async (path: string, body: object): Promise<Fields> => {
  const answer = await service.send('POST', `/accounts/${ACCOUNT}/${path}`, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
};
const until = (id: string, holds: (message: Fields) => unknown, what: string) =>
  waitFor(
    async () => {
      const { body } = await service.get(`/accounts/${ACCOUNT}/messages/${id}`);
      const message = body.message as Fields | undefined;
      return message !== undefined && holds(message) ? message : undefined;
    },
    { what },
  );
const untilChat = (chatId: string, holds: (chat: Fields) => unknown, what: string) =>
  waitFor(
    async () => {
      const { body } = await service.get(`/accounts/${ACCOUNT}/chats`);
      return (body.chats as Fields[]).find((chat) => chat.chatId === chatId && holds(chat));
    },
    { what },
  );
const untilLogged = (type: Parameters<typeof logged>[1], what: string) =>
  waitFor(async () => (await logged(world, type))[0], { what });
const votesOf = ({ poll }: Fields) =>
  (poll as { options: { name: string; voters: string[] }[] }).options.map(({ name, voters }) => [
    name,
    voters,
  ]);

for (const where of ['a chat', 'a group'] as const) {
  const chat = () => (where === 'a chat' ? jidOf(anna) : group);
  const to = () => (where === 'a chat' ? own.number : group);

  it(`counts the votes of its own poll in ${where}, also after a restart`, async () => {
    const body = { to: chat(), name: 'When?', options: ['now', 'later', 'never'], selectableCount: 0 };
    const id = String((await ask('message/send/poll', body)).messageId);
    await anna.waitForMessage((message) => message.id === id);
    await anna.post(to(), { vote: { message: id, options: ['now', 'later'] } });
    const voted = await until(id, (message) => votesOf(message)[0]?.[1]?.length === 1, 'the vote');
    assert.deepEqual(votesOf(voted), [
      ['now', [jidOf(anna)]],
      ['later', [jidOf(anna)]],
      ['never', []],
    ]);
    await service.stop();
    service = await startService(world.env);
    await untilStatus(service, ACCOUNT, 'connected');
    await anna.post(to(), { vote: { message: id, options: ['never'] } });
    await until(id, (message) => votesOf(message)[2]?.[1]?.length === 1, 'the other vote');
  });

  it(`counts the votes of others' polls in ${where}`, async () => {
    const id = await anna.post(to(), { poll: { name: 'Where?', options: ['here', 'there'] } });
    const poll = await until(id, () => true, 'the poll');
    assert.deepEqual([poll.type, poll.text], ['poll', 'Where?']);
    const voters = where === 'a chat' ? [anna] : [anna, bert];
    for (const phone of voters) {
      await phone.waitForMessage((message) => message.id === id);
      await phone.post(phone === anna && where === 'a chat' ? own.number : to(), {
        vote: { message: id, options: ['there'] },
      });
    }
    const voted = await until(id, (one) => votesOf(one)[1]?.[1]?.length === voters.length, 'the votes');
    assert.deepEqual(new Set(votesOf(voted)[1]?.[1]), new Set(voters.map(jidOf)));
  });
}

it('shows a reaction, and no message, where it could not be read at first', async () => {
  const sent = await ask('message/send', { to: group, message: 'react to it' });
  const id = String(sent.messageId);
  await anna.waitForMessage((message) => message.id === id);
  const count = async () => (await untilChat(group, () => true, 'the group')).messageCount;
  const before = await count();
  await world.sandbox.account(own.number).trouble({ kind: 'tamper-in', count: 1 });
  await anna.post(group, { reaction: { message: id, text: '👍' } });
  await until(id, ({ reactions }) => (reactions as unknown[] | undefined)?.length === 1, 'the reaction');
  assert.equal((await logged(world, 'message.undecryptable')).length, 1);
  assert.equal(await count(), before);
  const { lastMessage } = await untilChat(group, () => true, 'the group');
  assert.equal((lastMessage as Fields).messageId, id);
});

it('shows as deleted what its author or an admin deletes, not what a member says so of', async () => {
  const [annas, berts] = [await anna.send(group, 'by Anna'), await bert.send(group, 'by Bert')];
  await anna.waitForMessage((message) => message.id === berts);
  const participant = `${(await anna.show()).lid}@lid`;
  const { REVOKE } = proto.Message.ProtocolMessage.Type;
  const key = { remoteJid: group, fromMe: false, id: annas, participant };
  const bytes = proto.Message.encode({ protocolMessage: { type: REVOKE, key } }).finish();
  await bert.post(group, { proto: Buffer.from(bytes).toString('base64') });
  await anna.post(group, { delete: berts });
  const deleted = (message: Fields) => message.deletedAt;
  await until(berts, deleted, 'the deletion by an admin');
  assert.equal(deleted(await until(annas, () => true, 'the message')), null);
});

it('tells who in a group got and read a message, and when', async () => {
  const id = String((await ask('message/send', { to: group, message: 'hello all' })).messageId);
  type Receipt = { jid: string; deliveredAt: string | null; readAt: string | null };
  const isBerts = ({ jid, readAt }: Receipt) => jid === jidOf(bert) && readAt !== null;
  const read = await until(id, ({ receipts }) => (receipts as Receipt[]).some(isBerts), 'his receipt');
  assert.ok((read.receipts as Receipt[]).some(({ jid }) => jid === jidOf(anna)));
});

it('shows view-once and disappearing messages as what they are', async () => {
  const data = Buffer.from('not really a picture');
  const once = await anna.sendFile(own.number, { kind: 'image', data, viewOnce: true });
  const picture = await until(once, () => true, 'the view-once picture');
  assert.equal(picture.viewOnce, true);
  const fading = await anna.send(own.number, 'soon gone', { expiration: 86_400 });
  const text = await until(fading, () => true, 'the disappearing text');
  assert.deepEqual([text.text, text.expiresIn], ['soon gone', 86_400]);
});

it('notes what changes in a group', async () => {
  await anna.changeGroup(group, { kind: 'subject', subject: 'Best friends' });
  await anna.changeGroup(group, { kind: 'promote', numbers: [bert.number] });
  await anna.changeGroup(group, { kind: 'announce', on: true });
  await untilChat(group, ({ name }) => name === 'Best friends', 'the new subject');
  await anna.changeGroup(group, { kind: 'remove', numbers: [bert.number] });
  const promoted = await untilLogged('group.participants_promoted', 'the promotion');
  assert.ok('people' in promoted.data && promoted.data.people.length === 1);
  await untilLogged('group.settings_changed', 'the setting');
  await untilLogged('group.participants_removed', 'the removal');
  await anna.changeGroup(group, { kind: 'announce', on: false });
});

it('shows what happened in a group as lines of its chat that nobody has to read', async () => {
  const friends = (await anna.makeGroup('Line by line', [own.number])).jid;
  await untilChat(friends, ({ name }) => name === 'Line by line', 'the group');
  await anna.changeGroup(friends, { kind: 'subject', subject: 'Lines' });
  await anna.changeGroup(friends, { kind: 'add', numbers: [bert.number] });
  await anna.changeGroup(friends, { kind: 'announce', on: true });
  const lines = await waitFor(
    async () => {
      const { body } = await service.get(`/accounts/${ACCOUNT}/chats/${friends}/messages`);
      const found = (body.messages as Fields[]).filter(({ notice }) => notice !== null);
      return found.length >= 4 && found;
    },
    { what: 'four lines' },
  );
  const said = new Map(
    lines.map(({ notice, ...line }) => [(notice as Fields).kind, { ...line, ...(notice as Fields) }]),
  );
  const subject = said.get('group.subject_changed');
  assert.deepEqual(
    [subject?.type, subject?.text, subject?.value, subject?.from, subject?.chatId],
    ['system', null, 'Lines', jidOf(anna), friends],
  );
  assert.deepEqual(said.get('group.participants_added')?.people, [jidOf(bert)]);
  const setting = said.get('group.settings_changed');
  assert.deepEqual([setting?.setting, setting?.value], ['announce', 'on']);
  await untilChat(friends, ({ unreadCount }) => unreadCount === 0, 'nothing to read');
});

it('shows that a message was passed on, and from when on messages disappear', async () => {
  const original = await bert.send(anna.number, 'have you heard?');
  await anna.waitForMessage(({ id }) => id === original);
  const passedOn = await anna.post(own.number, { forward: original });
  const { text, isForwarded } = await until(passedOn, () => true, 'the forwarded text');
  assert.deepEqual([text, isForwarded], ['have you heard?', true]);
  const set = await anna.post(own.number, { disappearing: 86_400 });
  const line = await until(set, () => true, 'the line that says so');
  assert.deepEqual(line.notice, {
    kind: 'chat.disappearing_changed',
    people: [],
    setting: null,
    value: '86400',
  });
  await untilChat(jidOf(anna), ({ disappearing }) => disappearing === 86_400, 'the timer');
  const fading = await until(await anna.send(own.number, 'soon gone'), () => true, 'the next text');
  assert.equal(fading.expiresIn, 86_400);
  await anna.post(own.number, { disappearing: 0 });
  await untilChat(jidOf(anna), ({ disappearing }) => disappearing === 0, 'no timer');
});

const protoOf = (message: proto.IMessage): { proto: string } => ({
  proto: Buffer.from(proto.Message.encode(message).finish()).toString('base64'),
});

it('shows what a business sends and what somebody taps, over HTTP and in webhooks', async (t) => {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  for (const format of ['wildcat', 'cloudevents']) {
    const { status } = await service.send('POST', '/webhooks', { url: `${receiver.url}/${format}`, format });
    assert.equal(status, 201);
  }
  const hydratedTemplate = {
    hydratedContentText: 'Your parcel is on its way.',
    hydratedFooterText: 'The Shop',
    hydratedButtons: [{ index: 0, quickReplyButton: { displayText: 'Thanks', id: 'thx' } }],
  };
  const template = { templateMessage: { hydratedTemplate } };
  const offer = await anna.post(own.number, protoOf(template));
  const text = 'Your parcel is on its way.\nThe Shop';
  const offered = await until(offer, () => true, 'the template');
  assert.deepEqual([offered.type, offered.text], ['text', text]);
  assert.deepEqual(offered.choices, [{ text: 'Thanks', id: 'thx' }]);
  await untilChat(jidOf(anna), (chat) => (chat.lastMessage as Fields).text === text, 'its text in the list');

  const contextInfo = { stanzaId: offer, participant: jidOf(anna), quotedMessage: template };
  const tapped = { selectedDisplayText: 'Thanks', selectedId: 'thx', contextInfo };
  const answer = await anna.post(own.number, protoOf({ templateButtonReplyMessage: tapped }));
  const answered = await until(answer, () => true, 'the answer');
  assert.deepEqual([answered.type, answered.text, answered.selected], ['text', 'Thanks', { id: 'thx' }]);
  assert.equal((answered.quotedMessage as Fields).text, text);

  const got = (format: string, id: string) =>
    waitFor(
      () =>
        receiver.got.filter(({ path }) => path === `/${format}`).find(({ body }) => body.includes(`"${id}"`)),
      { what: `${id} as ${format}` },
    );
  const told = JSON.parse((await got('wildcat', offer)).body);
  assert.deepEqual([told.type, told.text], ['text', text]);
  const { data } = JSON.parse((await got('cloudevents', answer)).body);
  assert.deepEqual([data.content.text, data.content.selected], ['Thanks', { id: 'thx' }]);
});

it('notes calls, missed ones in the chat', async () => {
  const { id } = await anna.ring(own.number, { ringFor: 30 });
  const call = await until(id, () => true, 'the missed call');
  assert.equal(call.type, 'call');
  await untilLogged('call.offered', 'the offer');
  await untilLogged('call.missed', 'the missed call');
});

it('shows statuses in their own chat, by whom they are', async () => {
  const id = await anna.send('status@broadcast', 'on the summit', { audience: [own.number] });
  const status = await until(id, () => true, 'the status');
  assert.deepEqual(
    [status.chatId, status.from, status.text],
    ['status@broadcast', jidOf(anna), 'on the summit'],
  );
});

it('follows what is set on the phone: archived, pinned, muted, read and unread, names', async () => {
  await anna.send(own.number, 'one more');
  await untilChat(jidOf(anna), ({ unreadCount }) => Number(unreadCount) > 0, 'the unread message');
  await own.change({ kind: 'archive', chat: anna.number });
  await own.change({ kind: 'pin', chat: anna.number });
  await own.change({ kind: 'mute', chat: anna.number, until: 4_102_444_800_000 });
  await own.change({ kind: 'contact', number: anna.number, name: 'Anna Smith' });
  const set = await untilChat(
    jidOf(anna),
    ({ archived, pinned, name }) => archived && pinned && name === 'Anna Smith',
    'archived, pinned and named',
  );
  assert.equal(set.mutedUntil, 4_102_444_800);
  await own.change({ kind: 'archive', chat: anna.number, on: false });
  await untilChat(jidOf(anna), ({ archived }) => !archived, 'not archived');
});

it('marks a chat as read, and its author is told', async () => {
  const id = await anna.send(own.number, 'read me');
  await untilChat(jidOf(anna), ({ unreadCount }) => Number(unreadCount) > 0, 'the unread message');
  await ask(`chats/${jidOf(anna)}/read`, {});
  await anna.waitForMessage((message) => message.id === id && message.status === 'read');
  await untilChat(jidOf(anna), ({ unreadCount }) => unreadCount === 0, 'nothing unread');
});

it('shows that it types', async () => {
  await ask(`chats/${jidOf(anna)}/presence`, { state: 'composing' });
  await anna.waitForPresence((seen) => JSON.stringify(seen).includes('composing'));
});

it('checks numbers, blocks and unblocks', async () => {
  const path = `/accounts/${ACCOUNT}/contacts/check?phones=%2B${anna.number},4915100000099`;
  const { body } = await service.get(path);
  assert.deepEqual(
    (body.contacts as { exists: boolean }[]).map(({ exists }) => exists),
    [true, false],
  );
  await ask(`contacts/${jidOf(anna)}/block`, {});
  assert.deepEqual((await own.privacy()).blocked, [anna.number]);
  await untilChat(jidOf(anna), ({ blocked }) => blocked, 'blocked');
  await ask(`contacts/${jidOf(anna)}/unblock`, {});
  assert.deepEqual((await own.privacy()).blocked, []);
  for (const [jid, status, error] of [
    ['4915100000099@s.whatsapp.net', 404, 'WhatsApp knows no such thing'],
    ['123456789@g.us', 400, 'contactId must be the WhatsApp JID of a person, e.g. 1234567890@s.whatsapp.net'],
  ] as const) {
    const answer = await service.send('POST', `/accounts/${ACCOUNT}/contacts/${jid}/block`, {});
    assert.deepEqual([answer.status, answer.body], [status, { ok: false, error }]);
  }
});

it('knows people by another form of their number: checks it, and sends to the one that WhatsApp knows', async () => {
  const ana = await world.sandbox.makePhone('551187654321', { name: 'Ana', otherForms: ['5511987654321'] });
  const typed = '5511987654321';
  const check = async () =>
    (await service.get(`/accounts/${ACCOUNT}/contacts/check?phones=${typed},${anna.number},5511987654322`))
      .body.contacts as Fields[];
  assert.deepEqual(
    (await check()).map(({ phone, exists, jid }) => [phone, exists, jid]),
    [
      [typed, true, jidOf(ana)],
      [anna.number, true, jidOf(anna)],
      ['5511987654322', false, null],
    ],
  );
  const sent = await ask('message/send', { to: typed, message: 'oi' });
  const arrived = await ana.waitForMessage((message) => message.id === sent.messageId);
  assert.equal(arrived.text, 'oi');
  const shown = await until(String(sent.messageId), ({ status }) => status !== 'queued', 'the message');
  assert.equal(shown.chatId, jidOf(ana));
  const [asked] = (await logged(world, 'message.send_requested')).slice(-1);
  assert.equal(asked?.type === 'message.send_requested' && asked.data.to, jidOf(ana));
  const id = await ana.sendFile(own.number, { kind: 'document', data: Buffer.from('a letter') });
  await waitFor(
    async () => (await service.get(`/accounts/${ACCOUNT}/messages/${id}/media`)).status === 200 || undefined,
    { what: 'the file' },
  );
  const lid = `${(await ana.show()).lid}@lid`;
  const other = `${typed}@s.whatsapp.net`;
  for (const form of [jidOf(ana), other, lid]) {
    for (const account of ['', `&accountId=${ACCOUNT}`]) {
      const { body } = await service.get(`/media?chatId=${form}${account}`);
      const found = (body.media as { metadata: Fields }[]).map(({ metadata }) => metadata.messageId);
      const isMeant = account !== '' || form !== other;
      assert.deepEqual(found, isMeant ? [id] : [], `${form}${account}`);
    }
    await ask(`contacts/${form}/block`, {});
    assert.deepEqual((await own.privacy()).blocked, [ana.number]);
    await ask(`contacts/${form}/unblock`, {});
    assert.deepEqual((await own.privacy()).blocked, []);
  }
});

it('makes groups, lists them and changes who is in them', async () => {
  const made = await service.send('POST', `/accounts/${ACCOUNT}/groups`, {
    subject: 'New here',
    participants: [anna.number],
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { groupId } = made.body.group as { groupId: string };
  const { participants } = await ask(`groups/${groupId}/participants`, {
    action: 'add',
    participants: [bert.number],
  });
  assert.deepEqual(
    (participants as { status: number }[]).map(({ status }) => status),
    [200],
  );
  const { body } = await service.get(`/accounts/${ACCOUNT}/groups/${groupId}`);
  const members = (body.group as { participants: { id: string; role: string }[] }).participants;
  assert.deepEqual(
    new Map(members.map(({ id, role }) => [id, role])),
    new Map([
      [jidOf(own), 'superadmin'],
      [jidOf(anna), 'member'],
      [jidOf(bert), 'member'],
    ]),
  );
  const { body: list } = await service.get(`/accounts/${ACCOUNT}/groups`);
  assert.equal((list.groups as unknown[]).length, 3);
  const none = await service.get(`/accounts/${ACCOUNT}/groups/999@g.us`);
  assert.ok([403, 404].includes(none.status), JSON.stringify(none.body));
});

it('shows nothing of what a former phone had set once another one is linked', async () => {
  await own.change({ kind: 'pin', chat: anna.number });
  await own.change({ kind: 'archive', chat: bert.number });
  await anna.send(own.number, 'the last one');
  await bert.send(own.number, 'mine too');
  await untilChat(jidOf(anna), ({ pinned }) => pinned, 'pinned');
  await untilChat(jidOf(bert), ({ archived }) => archived, 'archived');
  await own.unlink((await own.show()).companions[0]?.device ?? 0);
  await untilStatus(service, ACCOUNT, 'logged_out');
  const other = await world.sandbox.makePhone('4915100000005', { name: 'Other' });
  await other.send(anna.number, 'hello from the other');
  await service.send('POST', `/accounts/${ACCOUNT}/connect`);
  const qr = await waitFor(async () => (await service.get(`/accounts/${ACCOUNT}/status`)).body.qr, {
    what: 'QR',
  });
  await other.scan(String(qr));
  await untilStatus(service, ACCOUNT, 'connected');
  await untilChat(jidOf(anna), ({ pinned }) => pinned === false, 'pinned no longer');
  await untilChat(jidOf(bert), ({ archived }) => archived === false, 'archived no longer');
  await other.change({ kind: 'pin', chat: anna.number });
  await untilChat(jidOf(anna), ({ pinned }) => pinned, 'pinned by the other');
});
