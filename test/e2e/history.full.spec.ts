import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { makeJpeg } from '../support/media.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, messagesOf, pair, startWorld, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
const CHATS = 12;
const EACH = 110;
type Fields = Record<string, unknown>;

let world: World;
let service: Service;
let own: PhoneHandle;
let anna: PhoneHandle;
let group: string;
let picture: string;
let edited: string;
let deleted: string;
let jpeg: Buffer;
const starred: string[] = [];

before(async () => {
  world = await startWorld();
  own = await world.sandbox.makePhone('4915100000001', {
    name: 'Shop',
    history: { chats: CHATS, messages: EACH },
  });
  anna = await world.sandbox.makePhone('4915100000002', { name: 'Anna' });
  group = (await anna.makeGroup('Old friends', [own.number])).jid;
  jpeg = await makeJpeg(40, 30);
  picture = await anna.sendFile(own.number, { kind: 'image', data: jpeg, caption: 'look' });
  edited = await anna.send(own.number, 'frist');
  await anna.post(own.number, { edit: { message: edited, text: 'first' } });
  await own.post(anna.number, { reaction: { message: edited, text: '❤️' } });
  for (const to of [own.number, group]) starred.push(await anna.send(to, 'worth keeping'));
  await own.change({ kind: 'star', chat: anna.number, id: starred[0] ?? '' });
  await own.change({ kind: 'star', chat: group, id: starred[1] ?? '' });
  deleted = await anna.send(group, 'oops');
  await anna.post(group, { delete: deleted });
  await anna.post(own.number, { disappearing: 86_400 });
  service = await startService(world.env);
  await pair(service, ACCOUNT, own);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const get = async (path: string): Promise<Fields> => (await service.get(`/accounts/${ACCOUNT}${path}`)).body;
const progress = async (): Promise<Fields> =>
  ((await get('')).account as { history: Fields | null }).history ?? {};
const message = async (id: string): Promise<Fields> => (await get(`/messages/${id}`)).message as Fields;
const chatOf = async (chatId: string): Promise<Fields> => {
  const found = ((await get('/chats')).chats as Fields[]).find((chat) => chat.chatId === chatId);
  assert.ok(found, chatId);
  return found;
};
const friend = (index: number) => `49170${String(index).padStart(7, '0')}@s.whatsapp.net`;

it('takes in what the phone remembers, and tells how far it is', async () => {
  const done = await waitFor(
    async () => {
      const history = await progress();
      return history.progress === 100 && history;
    },
    { what: 'all of the history' },
  );
  // the two newest chats are Anna's and the group's
  const expected = (CHATS - 2) * EACH + 5;
  assert.deepEqual([done.chats, done.messages], [CHATS, expected]);
  const imported = await logged(world, 'message.imported');
  assert.equal(new Set(imported.map(({ id }) => id)).size, expected);
  const received = await logged(world, 'message.received', 'message.sent_elsewhere');
  assert.deepEqual(received, [], 'nobody takes the past for news');
});

it('shows each chat with its name and from when to when it is known, and nothing of it as unread', async () => {
  const shown = (await own.displayed()).filter(({ chat }) => chat === '491700000003');
  const messages = await messagesOf(service, ACCOUNT, friend(3));
  assert.deepEqual(
    messages.map(({ messageId }) => messageId),
    shown.sort((one, other) => other.at - one.at).map(({ id }) => id),
  );
  const mine = messages.find(({ fromMe }) => fromMe);
  assert.equal(mine?.status, 'read');
  const { name, unreadCount, known, messageCount } = await chatOf(friend(3));
  const times = shown.map(({ at }) => Math.floor(at / 1_000));
  assert.deepEqual(known, { from: Math.min(...times), to: Math.max(...times), complete: true });
  assert.deepEqual([name, unreadCount, messageCount], ['Friend 3', 0, EACH]);
  assert.equal((await chatOf(group)).name, 'Old friends');
});

it('has edits, reactions and deletions in what it took in', async () => {
  const { text, reactions } = await message(edited);
  assert.equal(text, 'first');
  assert.deepEqual(
    (reactions as { emoji: string; from: string }[]).map(({ emoji, from }) => [emoji, from]),
    [['❤️', jidOf(own)]],
  );
  const { deletedAt, from } = await message(deleted);
  assert.notEqual(deletedAt, null);
  assert.equal(from, jidOf(anna));
});

it('has what was starred, by the history as by the app state', async () => {
  for (const id of starred) assert.equal((await message(id)).starred, true);
  assert.equal((await message(edited)).starred, false);
  const imported = (await logged(world, 'message.imported')).flatMap(({ data }) =>
    'starred' in data && data.starred === true && 'waId' in data ? [data.waId] : [],
  );
  assert.deepEqual(new Set(imported), new Set(starred));
});

it('sends with the timer that a chat had before the account was linked', async () => {
  assert.equal((await chatOf(jidOf(anna))).disappearing, 86_400);
  const body = { to: jidOf(anna), message: 'soon gone' };
  const { messageId } = (await service.send('POST', `/accounts/${ACCOUNT}/message/send`, body)).body;
  const { expiration } = await anna.waitForMessage(({ id }) => id === messageId);
  assert.equal(expiration, 86_400);
});

it('fetches the file of an old message once it is asked for', async () => {
  const { hasMedia, caption } = await message(picture);
  assert.deepEqual([hasMedia, caption], [true, 'look']);
  assert.deepEqual(await logged(world, 'media.requested', 'media.stored'), []);
  const path = `/accounts/${ACCOUNT}/messages/${picture}/media`;
  const first = await service.get(path);
  assert.deepEqual([first.status, first.body], [409, { ok: false, error: 'media pending' }]);
  const bytes = await waitFor(
    async () => {
      const response = await fetch(`${service.url}${path}`);
      return response.status === 200 && Buffer.from(await response.arrayBuffer());
    },
    { what: 'the picture' },
  );
  assert.ok(bytes.equals(jpeg));
});

it('goes on after a kill in the middle of it, and loses nothing', async () => {
  const big = { chats: 10, messages: 300 };
  const phone = await world.sandbox.makePhone('4915100000009', { name: 'Branch', history: big });
  await service.send('POST', '/accounts', { id: 'branch' });
  const qr = await waitFor(async () => (await service.get('/accounts/branch/status')).body.qr, {
    what: 'QR',
  });
  await phone.scan(String(qr));
  const count = async (): Promise<number> => {
    const { body } = await service.get('/messages?accountId=branch&limit=1');
    return (body.pagination as { total: number }).total;
  };
  const before = await waitFor(async () => (await count()) || undefined, { what: 'the first of it' });
  await service.kill();
  assert.ok(before < 3_000, 'killed too late to show anything');
  service = await startService(world.env);
  const imported = async (): Promise<Fields> => {
    const { body } = await service.get('/accounts/branch');
    return (body.account as { history: Fields | null }).history ?? {};
  };
  await waitFor(async () => (await imported()).progress === 100, { what: 'all of it' });
  assert.equal(await count(), 3_000);
});

it('goes on with what came live, and counts that as unread', async () => {
  await anna.send(own.number, 'news');
  await waitFor(async () => (await chatOf(jidOf(anna))).unreadCount === 1, { what: 'one unread' });
});
