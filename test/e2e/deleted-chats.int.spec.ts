import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openFriends } from '../support/friends.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, pair, untilStatus } from '../support/world.ts';

const ACCOUNT = 'shop';
type Fields = Record<string, unknown>;

const { world, service, own, anna } = await openFriends(ACCOUNT);

const got = async (path: string) => (await service.get(`/accounts/${ACCOUNT}/${path}`)).body;
const chat = async (): Promise<Fields> => (await got(`chats/${jidOf(anna)}`)).chat as Fields;
const listed = async (query = ''): Promise<unknown[]> =>
  ((await got(`chats${query}`)).chats as Fields[]).map(({ chatId }) => chatId);
/** Says it, and waits until it is here. */
const say = async (text: string): Promise<string> => {
  const id = await anna.send(own.number, text);
  await waitFor(async () => (await service.get(`/accounts/${ACCOUNT}/messages/${id}`)).status === 200, {
    what: text,
  });
  return id;
};
const told = (what: string, test: (chat: Fields) => boolean) =>
  waitFor(async () => test(await chat()), { what });
/** A second later than what was said last: WhatsApp counts in those. */
const secondLater = async (): Promise<void> => {
  const { timestamp } = (await chat()).lastMessage as { timestamp: number };
  await waitFor(async () => Date.now() / 1_000 >= timestamp + 1, { what: 'the next second' });
};

it('follows a phone that deletes a chat, and shows it again once something is said', async () => {
  const first = await say('hello');
  await own.change({ kind: 'deleteChat', chat: anna.number });
  await told('the deletion', ({ deleted }) => deleted === true);
  const onPhone = await own.displayed();
  assert.ok(!onPhone.some(({ chat }) => chat === anna.number), 'the phone shows nothing of it');
  const { lastMessage, clearedTo, unreadCount, messageCount } = await chat();
  assert.equal(clearedTo, (lastMessage as { timestamp: number }).timestamp);
  assert.deepEqual([unreadCount, messageCount], [0, 1]);
  assert.deepEqual([await listed(), await listed('?deleted=true')], [[], [jidOf(anna)]]);
  const { messages } = await got(`chats/${jidOf(anna)}/messages`);
  assert.deepEqual(
    (messages as Fields[]).map(({ messageId }) => messageId),
    [first],
    'its messages stay here',
  );

  await secondLater();
  await say('are you there?');
  const again = await chat();
  assert.deepEqual([again.deleted, again.clearedTo], [false, clearedTo]);
  assert.deepEqual([again.unreadCount, again.messageCount], [1, 2]);
  assert.deepEqual([await listed(), await listed('?deleted=true')], [[jidOf(anna)], []]);
});

it('follows a phone that clears and locks a chat', async () => {
  await own.change({ kind: 'clearChat', chat: anna.number });
  await told('the clearing', ({ unreadCount }) => unreadCount === 0);
  const { lastMessage, clearedTo, deleted } = await chat();
  assert.deepEqual([clearedTo, deleted], [(lastMessage as { timestamp: number }).timestamp, false]);
  assert.deepEqual(await listed(), [jidOf(anna)]);
  await own.change({ kind: 'lock', chat: anna.number });
  await told('the lock', ({ locked }) => locked === true);
  await own.change({ kind: 'lock', chat: anna.number, on: false });
  await told('its end', ({ locked }) => locked === false);
});

it('has each of it in the log, once', async () => {
  const found = await logged(world, 'chat.deleted', 'chat.cleared', 'chat.locked', 'chat.unlocked');
  assert.deepEqual(
    found.map(({ type }) => type),
    ['chat.deleted', 'chat.cleared', 'chat.locked', 'chat.unlocked'],
  );
});

it('deletes and clears a chat from here: on the phone, in the log and in the answer', async () => {
  const path = `/accounts/${ACCOUNT}/chats/${jidOf(anna)}`;
  for (const [method, way, what] of [
    ['POST', '/clear', 'chat.cleared'],
    ['DELETE', '', 'chat.deleted'],
  ] as const) {
    await secondLater();
    const id = await say(`before ${what}`);
    const { status, body } = await service.send(method, `${path}${way}`);
    assert.equal(status, 200, JSON.stringify(body));
    const answered = body.chat as Fields;
    const { timestamp } = answered.lastMessage as { timestamp: number };
    assert.deepEqual(
      [answered.deleted, answered.clearedTo, answered.unreadCount],
      [what === 'chat.deleted', timestamp, 0],
    );
    const { chats, problems } = await own.settings();
    assert.deepEqual(problems, []);
    const entry = chats.find((one) => one.chat === anna.number);
    assert.deepEqual([entry?.goneTo, entry?.deleted ?? entry?.cleared], [timestamp, true]);
    assert.ok(!(await own.displayed()).some((one) => one.id === id), 'the phone shows it no more');
    assert.ok(
      (await anna.displayed()).some((one) => one.id === id),
      'who wrote it still has it',
    );
    const found = await logged(world, what);
    const { chat: named, upTo } = { ...found.at(-1)?.data } as Fields;
    assert.deepEqual([named, upTo], [{ jid: answered.lid, alt: jidOf(anna) }, timestamp]);
    assert.equal(found.length, 2, 'once for the phone, once from here');
  }
  assert.deepEqual(await listed(), []);
  await secondLater();
  await say('back again');
  assert.deepEqual(await listed(), [jidOf(anna)]);
});

it('is told with a new link of what was deleted while there was none', async () => {
  await service.send('POST', `/accounts/${ACCOUNT}/logout`);
  await untilStatus(service, ACCOUNT, 'logged_out');
  assert.deepEqual(await listed(), [jidOf(anna)]);
  await own.change({ kind: 'deleteChat', chat: anna.number });
  await service.send('POST', `/accounts/${ACCOUNT}/connect`);
  await pair(service, ACCOUNT, own);
  await told('the deletion', ({ deleted }) => deleted === true);
  assert.deepEqual(await listed(), []);
});
