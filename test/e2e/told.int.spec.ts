import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import type { EventType, WildcatEvent } from '../../src/events/codec.ts';
import { openFriends } from '../support/friends.ts';
import { makeJpeg } from '../support/media.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged } from '../support/world.ts';

// What WhatsApp tells beside messages: from the sandbox over a real Baileys into the log, the views and the answers.

const ACCOUNT = 'shop';
type Fields = Record<string, unknown>;

const { world, service, own, anna, group } = await openFriends(ACCOUNT);

const account = async (): Promise<Fields> =>
  (await service.get(`/accounts/${ACCOUNT}`)).body.account as Fields;
const trouble = (order: Parameters<ReturnType<typeof world.sandbox.account>['trouble']>[0]) =>
  world.sandbox.account(own.number).trouble(order);
type Of<Type extends EventType> = Extract<WildcatEvent, { type: Type }>;
const isOf = <Type extends EventType>(event: WildcatEvent, type: Type): event is Of<Type> =>
  event.type === type;
/** The log's events of that type. */
const told = async <Type extends EventType>(type: Type): Promise<Of<Type>[]> => {
  const found: Of<Type>[] = [];
  for (const event of await logged(world)) if (isOf<Type>(event, type)) found.push(event);
  return found;
};
/** The same once there are some. */
const untilTold = <Type extends EventType>(type: Type): Promise<Of<Type>[]> =>
  waitFor(
    async () => {
      const found = await told(type);
      return found.length > 0 && found;
    },
    { what: type },
  );

const IN_2096 = 4_000_000_000;
const UNTIL = new Date(IN_2096 * 1_000).toISOString();
const restriction = async () => (await account()).restriction as Fields | null;

it('tells that an account may write to nobody new, until when and why, and that it may again', async () => {
  assert.equal(await restriction(), null);
  await trouble({ kind: 'restrict', until: IN_2096, reason: 'WEB_COMPANION_ONLY' });
  const { since, ...shown } = await waitFor(restriction, { what: 'the restriction' });
  assert.deepEqual(shown, { until: UNTIL, reason: 'WEB_COMPANION_ONLY' });
  assert.ok(Number.isFinite(Date.parse(String(since))));
  assert.deepEqual((await told('account.send_restricted'))[0]?.data, shown);
  await trouble({ kind: 'restrict', until: null });
  await waitFor(async () => (await restriction()) === null, { what: 'its end' });
  assert.equal((await told('account.send_unrestricted')).length, 1);
});

it('asks what is restricted when WhatsApp refuses a message for it, once', async () => {
  await trouble({ kind: 'restrict', until: IN_2096, told: false });
  await trouble({ kind: 'reject', code: 463, count: 2 });
  for (const message of ['hello', 'again']) {
    const path = `/accounts/${ACCOUNT}/message/send`;
    const { status, body } = await service.send('POST', path, { to: jidOf(anna), message });
    assert.equal(status, 422);
    assert.equal(body.reason, 'WhatsApp does not let this account write to new people at the moment');
  }
  const { until, reason } = await waitFor(restriction, { what: 'the restriction' });
  assert.deepEqual([until, reason], [UNTIL, null]);
  assert.equal((await told('account.send_restricted')).length, 2);
  await trouble({ kind: 'restrict', until: null });
  await waitFor(async () => (await restriction()) === null, { what: 'its end' });
});

const chatOf = async (id: string): Promise<Fields> =>
  (await service.get(`/accounts/${ACCOUNT}/chats/${id}`)).body.chat as Fields;
it("tells that a person's picture, or a group's, is another one or gone: who keeps it asks again", async () => {
  await anna.send(own.number, 'hello');
  await untilTold('message.received');
  await waitFor(async () => (await chatOf(jidOf(anna)))?.unreadCount === 1, { what: 'the message' });
  assert.equal((await chatOf(jidOf(anna))).pictureChangedAt, null);
  await anna.setPicture(await makeJpeg(40, 30));
  const changed = (await untilTold('contact.picture_changed'))[0]?.data;
  assert.ok(changed);
  assert.match(String(changed.pictureId), /^\d+$/);
  assert.equal(changed.chat.alt, jidOf(anna));
  await waitFor(async () => (await chatOf(jidOf(anna))).pictureChangedAt === changed.timestamp, {
    what: 'the change in the chat',
  });
  const { body } = await service.get(`/accounts/${ACCOUNT}/contacts`);
  const contact = (body.contacts as Fields[]).find(({ contactId }) => contactId === jidOf(anna));
  assert.equal(contact?.pictureChangedAt, changed.timestamp);
  await anna.setPicture(undefined);
  const [removed] = await untilTold('contact.picture_removed');
  assert.deepEqual(removed?.data.chat, changed.chat);
});

it('tells what a member calls himself in a group: a line of the chat, and no message of anybody', async () => {
  const { GROUP_MEMBER_LABEL_CHANGE: type } = proto.Message.ProtocolMessage.Type;
  const message = { protocolMessage: { type, memberLabel: { label: 'Treasurer' } } };
  const content = Buffer.from(proto.Message.encode(message).finish()).toString('base64');
  const id = await anna.post(group, { proto: content });
  const data = (await untilTold('group.member_tagged'))[0]?.data;
  assert.deepEqual([data?.waId, data?.tag, data?.from.alt], [id, 'Treasurer', jidOf(anna)]);
  const shown = await waitFor(
    async () => (await service.get(`/accounts/${ACCOUNT}/messages/${id}`)).body.message as Fields | undefined,
    { what: 'the line' },
  );
  const notice = { kind: 'group.member_tagged', people: [], setting: null, value: 'Treasurer' };
  assert.deepEqual([shown.type, shown.from, shown.notice], ['system', jidOf(anna), notice]);
  assert.equal((await chatOf(group)).unreadCount, 0);
});

it('tells how many new chats an account may begin', async () => {
  assert.equal((await account()).quota, null);
  await trouble({ kind: 'quota', total: 40, used: 12, status: 'FIRST_WARNING', until: IN_2096 });
  const quota = await waitFor(async () => (await account()).quota, { what: 'the quota' });
  assert.deepEqual(quota, { total: 40, used: 12, status: 'FIRST_WARNING', until: UNTIL });
  assert.deepEqual((await told('account.quota_changed'))[0]?.data, quota);
});

it('tells how an account calls itself, and what it says of itself, be it set here or on the phone', async () => {
  const isCalled = (name: string) =>
    waitFor(async () => (await account()).profileName === name, { what: `the name ${name}` });
  await own.change({ kind: 'pushName', name: 'By phone' });
  await isCalled('By phone');
  const changed = { name: 'By REST', about: 'Open' };
  assert.equal((await service.send('PUT', `/accounts/${ACCOUNT}/profile`, changed)).status, 200);
  await isCalled('By REST');
  const news = (await told('account.profile_changed')).map(({ data }) => data);
  assert.deepEqual(
    news.filter(({ name }) => name?.startsWith('By')),
    [{ name: 'By phone' }, { name: 'By REST' }],
  );
  assert.deepEqual(
    news.filter(({ about }) => about !== undefined),
    [{ about: 'Open' }],
  );
});
