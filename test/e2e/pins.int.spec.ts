import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openFriends } from '../support/friends.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged } from '../support/world.ts';

const ACCOUNT = 'shop';
const WEEK = 604_800;
type Fields = Record<string, unknown>;
type Pinned = { by: string; at: string; until: string };

const { world, service, own, anna, group } = await openFriends(ACCOUNT);

const shown = async (id: string): Promise<Fields | undefined> =>
  (await service.get(`/accounts/${ACCOUNT}/messages/${id}`)).body.message as Fields | undefined;
/** The message once the view shows it, and it satisfies `holds`. */
const until = (id: string, holds: (message: Fields) => unknown, what: string): Promise<Fields> =>
  waitFor(
    async () => {
      const message = await shown(id);
      return message !== undefined && holds(message) ? message : undefined;
    },
    { what },
  );
const isPinned = ({ pinned }: Fields): boolean => pinned !== null;
const secondsOf = ({ at, until: end }: Pinned): number => (Date.parse(end) - Date.parse(at)) / 1_000;
const ask = async (what: string, body: Fields): Promise<Fields> => {
  const answer = await service.send(
    what === 'star' ? 'PUT' : 'POST',
    `/accounts/${ACCOUNT}/message/${what}`,
    body,
  );
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
};
const chatOf = async (chatId: string): Promise<Fields> =>
  (await service.get(`/accounts/${ACCOUNT}/chats/${chatId}`)).body.chat as Fields;

for (const where of ['a chat', 'a group'] as const) {
  const chat = () => (where === 'a chat' ? jidOf(anna) : group);
  const to = () => (where === 'a chat' ? own.number : group);
  const fromHome = () => (where === 'a chat' ? anna.number : group);

  it(`sees what others pin in ${where}, by whom and until when, and what is taken off`, async () => {
    const id = await anna.send(to(), 'the address');
    await until(id, () => true, 'the message');
    const { unreadCount, messageCount } = await chatOf(chat());
    const carrier = await anna.post(to(), { pin: { message: id, seconds: WEEK } });
    const pinned = (await until(id, isPinned, 'the pin')).pinned as Pinned;
    assert.deepEqual([pinned.by, secondsOf(pinned)], [jidOf(anna), WEEK]);
    assert.equal(await shown(carrier), undefined);
    const after = await chatOf(chat());
    assert.deepEqual([after.unreadCount, after.messageCount], [unreadCount, messageCount]);
    await anna.post(to(), { pin: { message: id, seconds: 0 } });
    await until(id, (message) => !isPinned(message), 'the end of the pin');
  });

  it(`sees what the own phone pins and stars in ${where}, and what it deletes for itself`, async () => {
    const id = await anna.send(to(), 'from her');
    const mine = await own.send(fromHome(), 'from me');
    for (const message of [id, mine]) {
      await until(message, () => true, 'the message');
      await own.post(fromHome(), { pin: { message } });
      const { pinned } = await until(message, isPinned, 'the pin');
      assert.equal((pinned as Pinned).by, jidOf(own));
      for (const on of [true, false, true]) {
        await own.change({ kind: 'star', chat: fromHome(), id: message, on });
        await until(message, ({ starred }) => starred === on, on ? 'the star' : 'its end');
      }
      await own.change({ kind: 'deleteForMe', chat: fromHome(), id: message });
      const { deletedForMeAt, text } = await until(message, (one) => one.deletedForMeAt !== null, 'its end');
      assert.ok(Math.abs(Date.parse(String(deletedForMeAt)) - Date.now()) < 60_000);
      assert.equal(text, message === id ? 'from her' : 'from me');
    }
  });
}

for (const where of ['a chat', 'a group'] as const)
  it(`pins others' and own messages in ${where}, for everybody, and takes the pin off`, async () => {
    const [chatId, to] = where === 'a chat' ? [jidOf(anna), own.number] : [group, group];
    const theirs = await anna.send(to, 'pin this');
    await until(theirs, () => true, 'the message');
    const { messageId: mine } = await ask('send', { to: chatId, message: 'and this' });
    for (const [messageId, duration] of [
      [theirs, undefined],
      [String(mine), 86_400],
    ] as const) {
      const more = duration === undefined ? {} : { duration };
      const answer = await ask('pin', { chatId, messageId, ...more });
      assert.deepEqual(Object.keys(answer), ['ok', 'messageId']);
      for (const phone of [anna, own]) {
        const seen = await phone.waitForMessage((one) => one.id === messageId && one.pinned !== undefined);
        assert.equal(seen.pinned?.by, own.number);
      }
      const pinned = (await shown(messageId))?.pinned as Pinned;
      assert.deepEqual([pinned.by, secondsOf(pinned)], [jidOf(own), duration ?? WEEK]);
      await ask('pin', { chatId, messageId, pinned: false });
      await anna.waitForMessage((one) => one.id === messageId && one.pinned === undefined);
      assert.equal((await shown(messageId))?.pinned, null);
    }
  });

for (const where of ['a chat', 'a group'] as const)
  it(`stars others' and own messages in ${where}: it is there with the answer, and on the phone`, async () => {
    const [chatId, to, there] =
      where === 'a chat' ? [jidOf(anna), own.number, anna.number] : [group, group, group];
    const theirs = await anna.send(to, 'worth keeping');
    await until(theirs, () => true, 'the message');
    const { messageId: mine } = await ask('send', { to: chatId, message: 'and this' });
    for (const messageId of [theirs, String(mine)])
      for (const starred of [true, false]) {
        const { message } = await ask('star', { chatId, messageId, ...(starred ? {} : { starred }) });
        assert.equal((message as Fields).starred, starred);
        assert.deepEqual(await shown(messageId), message);
        const settings = await own.settings();
        assert.deepEqual(settings.problems, []);
        const isThere = settings.starred.some(({ chat, id }) => chat === there && id === messageId);
        assert.equal(isThere, starred);
      }
    // set on the phone, taken off here: one entry, or the phone would show it still
    await own.change({ kind: 'star', chat: there, id: theirs });
    await until(theirs, ({ starred }) => starred, 'the star of the phone');
    await ask('star', { chatId, messageId: theirs, starred: false });
    assert.ok(!(await own.settings()).starred.some(({ id }) => id === theirs));
  });

it('pins nothing in a group that leaves it to its admins', async () => {
  await anna.changeGroup(group, { kind: 'locked', on: true });
  const id = await anna.send(group, 'the rules');
  await until(id, () => true, 'the message');
  const body = { chatId: group, messageId: id };
  const refused = await service.send('POST', `/accounts/${ACCOUNT}/message/pin`, body);
  assert.ok(refused.status >= 400, JSON.stringify(refused.body));
  assert.equal((await shown(id))?.pinned, null);
  await anna.changeGroup(group, { kind: 'promote', numbers: [own.number] });
  await ask('pin', body);
  const { pinned } = await until(id, isPinned, 'the pin');
  assert.equal((pinned as Pinned).by, jidOf(own));
});

it('tells each of it once, and of whose message', async () => {
  const told = (await logged(world)).filter(({ type }) => /pinned|starred|deleted_for_me/.test(type));
  const count = (kind: string) => told.filter(({ type }) => type === `message.${kind}`).length;
  assert.deepEqual(
    ['pinned', 'unpinned', 'starred', 'unstarred', 'deleted_for_me'].map(count),
    [6, 2, 14, 10, 4],
  );
});
