import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { openFriends } from '../support/friends.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, untilStatus } from '../support/world.ts';

const ACCOUNT = 'shop';
const TOMORROW = 4_070_908_800;
type Fields = Record<string, unknown>;

const { world, service, own, anna, group } = await openFriends(ACCOUNT);
before(async () => {
  for (const to of [own.number, group]) {
    const id = await anna.send(to, 'hello');
    await waitFor(async () => (await service.get(`/accounts/${ACCOUNT}/messages/${id}`)).status === 200, {
      what: `the message to ${to}`,
    });
  }
});

const chatPath = (chatId: string): string => `/accounts/${ACCOUNT}/chats/${chatId}`;
const chatOf = async (chatId: string): Promise<Fields> =>
  (await service.get(chatPath(chatId))).body.chat as Fields;
const set = async (chatId: string, settings: Fields): Promise<Fields> => {
  const { status, body } = await service.send('PUT', `${chatPath(chatId)}/settings`, settings);
  assert.equal(status, 200, JSON.stringify(body));
  return body.chat as Fields;
};
/** As the phone has it. */
const onPhone = async (chat: string): Promise<Fields> => {
  const { chats, problems } = await own.settings();
  assert.deepEqual(problems, []);
  const found = chats.find((one) => one.chat === chat);
  assert.ok(found, JSON.stringify(chats));
  return found;
};

const SETTINGS = [
  [{ archived: true }, { archived: true }, 'chat.archived'],
  [{ archived: false }, { archived: false }, 'chat.unarchived'],
  [{ pinned: true }, { pinned: true }, 'chat.pinned'],
  [{ pinned: false }, { pinned: false }, 'chat.unpinned'],
  [{ markedUnread: true }, { unread: true }, 'chat.marked_unread'],
  [{ markedUnread: false }, { unread: false }, 'chat.marked_read'],
  [{ mutedUntil: TOMORROW }, { mutedUntil: TOMORROW * 1_000 }, 'chat.muted'],
  [{ mutedUntil: -1 }, { mutedUntil: -1 }, 'chat.muted'],
  [{ mutedUntil: null }, { mutedUntil: undefined }, 'chat.unmuted'],
] as const;

for (const where of ['a chat', 'a group'] as const)
  it(`sets what a phone can set for ${where}: it is there with the answer, on the phone and in the log`, async () => {
    const [chatId, named] = where === 'a chat' ? [jidOf(anna), anna.number] : [group, group];
    const before = (await logged(world)).length;
    for (const [settings, phone] of SETTINGS) {
      const answered = await set(chatId, settings);
      for (const [name, value] of Object.entries(settings)) assert.equal(answered[name], value, name);
      assert.deepEqual(await chatOf(chatId), answered);
      const there = await onPhone(named);
      for (const [name, value] of Object.entries(phone)) assert.equal(there[name], value, `phone: ${name}`);
    }
    const told = (await logged(world)).slice(before).map(({ type }) => type);
    assert.deepEqual(
      told,
      SETTINGS.map(([, , type]) => type),
    );
  });

it('sets several at once, and what is not named stays', async () => {
  await set(jidOf(anna), { pinned: true, mutedUntil: -1 });
  const { pinned, mutedUntil, archived, markedUnread } = await set(jidOf(anna), {
    archived: true,
    markedUnread: true,
  });
  assert.deepEqual([pinned, mutedUntil, archived, markedUnread], [true, -1, true, true]);
  const { body } = await service.get(`/accounts/${ACCOUNT}/chats?archived=true&unread=true`);
  assert.deepEqual(
    (body.chats as Fields[]).map(({ chatId }) => chatId),
    [jidOf(anna)],
  );
});

it('follows the phone after what was set here, and the other way round', async () => {
  await own.change({ kind: 'archive', chat: anna.number, on: false });
  await waitFor(async () => (await chatOf(jidOf(anna))).archived === false, {
    what: 'the phone to be heard',
  });
  await set(jidOf(anna), { archived: true });
  assert.equal((await onPhone(anna.number)).archived, true);
});

it('has read what it says is read', async () => {
  for (let round = 0; round < 5; round++) {
    const id = await anna.send(own.number, `unread ${round}`);
    await waitFor(async () => (await service.get(`/accounts/${ACCOUNT}/messages/${id}`)).status === 200, {
      what: 'the message',
    });
    const { status } = await service.send('POST', `${chatPath(jidOf(anna))}/read`);
    assert.equal(status, 200);
    assert.equal((await chatOf(jidOf(anna))).unreadCount, 0, `round ${round}`);
  }
});

it('needs a connection', async () => {
  await service.send('POST', `/accounts/${ACCOUNT}/disconnect`);
  await untilStatus(service, ACCOUNT, 'disconnected');
  const { status, body } = await service.send('PUT', `${chatPath(group)}/settings`, { archived: true });
  assert.deepEqual([status, body.error, body.status], [400, 'Account not connected', 'disconnected']);
});
