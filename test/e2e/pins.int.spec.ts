import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { type Friends, openFriends } from '../support/friends.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged } from '../support/world.ts';

const ACCOUNT = 'shop';
const WEEK = 604_800;
type Fields = Record<string, unknown>;
type Pinned = { by: string; at: string; until: string };

let world: Friends['world'];
let service: Friends['service'];
let own: PhoneHandle;
let anna: PhoneHandle;
let group: string;

before(async () => {
  ({ world, service, own, anna, group } = await openFriends(ACCOUNT));
});
after(async () => {
  await service?.kill();
  await world?.close();
});

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

it('tells each of it once, and of whose message', async () => {
  const told = (await logged(world)).filter(({ type }) => /pinned|starred|deleted_for_me/.test(type));
  const count = (kind: string) => told.filter(({ type }) => type === `message.${kind}`).length;
  assert.deepEqual(
    ['pinned', 'unpinned', 'starred', 'unstarred', 'deleted_for_me'].map(count),
    [6, 2, 8, 4, 4],
  );
});
