import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { makeJpeg } from '../support/media.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
type Fields = Record<string, unknown>;

let world: World;
let service: Service;
let own: PhoneHandle;
let jpeg: Buffer;

before(async () => {
  world = await startWorld();
  own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  jpeg = await makeJpeg(40, 30);
  service = await startService(world.env);
  await pair(service, ACCOUNT, own);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const get = async (path: string): Promise<Fields> => (await service.get(`/accounts/${ACCOUNT}${path}`)).body;
const chats = async (): Promise<Fields[]> => (await get('/chats')).chats as Fields[];
const message = async (id: string): Promise<Fields | undefined> =>
  (await get(`/messages/${id}`)).message as Fields | undefined;
const untilMessage = (id: string) => waitFor(() => message(id), { what: `message ${id}` });
const tell = (names: 'withhold' | 'none') =>
  world.sandbox.account(own.number).trouble({ kind: 'names', hold: names });
const lidOf = async (phone: PhoneHandle): Promise<string> => `${(await phone.show()).lid}@lid`;

const ORDERS = [
  { number: '4915100000002', order: ['pn', 'lid'] },
  { number: '4915100000003', order: ['lid', 'pn'] },
] as const;

for (const { number, order } of ORDERS) {
  it(`makes one chat of two names that turn out to be one person's, ${order[0]} first`, async () => {
    const phone = await world.sandbox.makePhone(number, { name: 'Somebody' });
    const [pn, lid] = [jidOf(phone), await lidOf(phone)];
    await tell('withhold');
    const ids: string[] = [];
    for (const addressing of order) {
      ids.push(await phone.send(own.number, `by ${addressing}`, { addressing }));
      ids.push(await phone.sendFile(own.number, { kind: 'image', data: jpeg, addressing }));
    }
    for (const id of ids) await untilMessage(id);
    const strangers = (await chats()).filter(({ chatId }) => chatId === pn || chatId === lid);
    assert.deepEqual(
      new Set(strangers.map(({ chatId, unreadCount }) => `${chatId} ${unreadCount}`)),
      new Set([`${pn} 2`, `${lid} 2`]),
      'nobody knows yet that they are one',
    );

    await tell('none');
    ids.push(await phone.send(own.number, 'by both'));
    await untilMessage(ids.at(-1) ?? '');
    const [chat, ...others] = (await chats()).filter(({ chatId, lid: its }) => chatId === pn || its === lid);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [chat?.chatId, chat?.lid, chat?.messageCount, chat?.unreadCount],
      [pn, lid, ids.length, ids.length],
    );
    for (const name of [pn, lid]) {
      const found = await messagesOf(service, ACCOUNT, name);
      assert.deepEqual(new Set(found.map(({ messageId }) => messageId)), new Set(ids), name);
      for (const id of ids) {
        const { message: one } = await get(`/messages/${id}?chatId=${name}`);
        const { chatId, lid: its, from } = one as Fields;
        assert.deepEqual([chatId, its, from], [pn, lid, pn], `${id} in ${name}`);
      }
      const files = await waitFor(
        async () => {
          const { body } = await service.get(`/media?accountId=${ACCOUNT}&chatId=${name}`);
          return (body.media as unknown[]).length === 2 && (body.media as { metadata: Fields }[]);
        },
        { what: `both files of ${name}` },
      );
      assert.deepEqual(new Set(files.map(({ metadata }) => metadata.chatId)), new Set([pn]));
    }

    const answer = await service.send('POST', `/accounts/${ACCOUNT}/chats/${lid}/read`, {});
    assert.deepEqual([answer.status, answer.body], [200, { ok: true, read: ids.length }]);
    await waitFor(async () => (await chats()).find(({ chatId }) => chatId === pn)?.unreadCount === 0, {
      what: 'nothing unread',
    });
    for (const id of ids) await phone.waitForMessage((one) => one.id === id && one.status === 'read');
  });
}

it('sends to both names into one chat', async () => {
  const phone = world.sandbox.phone('4915100000002');
  const before = (await messagesOf(service, ACCOUNT, jidOf(phone))).length;
  for (const to of [jidOf(phone), await lidOf(phone)]) {
    const { body } = await service.send('POST', `/accounts/${ACCOUNT}/message/send`, { to, message: to });
    await phone.waitForMessage(({ id }) => id === body.messageId);
    assert.equal((await untilMessage(String(body.messageId))).chatId, jidOf(phone));
  }
  assert.equal((await messagesOf(service, ACCOUNT, jidOf(phone))).length, before + 2);
});

it('takes a message that comes again under the other name for the same', async () => {
  const phone = world.sandbox.phone('4915100000003');
  const id = await phone.send(own.number, 'once', { addressing: 'lid' });
  await untilMessage(id);
  const before = (await messagesOf(service, ACCOUNT, jidOf(phone))).length;
  await phone.send(own.number, 'once', { addressing: 'pn', id });
  const next = await phone.send(own.number, 'and another');
  await untilMessage(next);
  assert.equal((await messagesOf(service, ACCOUNT, jidOf(phone))).length, before + 1);
});

it('names who wrote in a group by the phone number once that is known', async () => {
  const phone = await world.sandbox.makePhone('4915100000004', { name: 'Carl' });
  const group = (await phone.makeGroup('Friends', [own.number])).jid;
  await tell('withhold');
  const id = await phone.send(group, 'hello');
  assert.equal((await untilMessage(id)).from, await lidOf(phone));
  await tell('none');
  await untilMessage(await phone.send(group, 'it is me'));
  assert.equal((await untilMessage(id)).from, jidOf(phone));
});

it('keeps all of that when the service is started anew', async () => {
  const before = await chats();
  await service.stop();
  service = await startService(world.env);
  await untilStatus(service, ACCOUNT, 'connected');
  assert.deepEqual(await chats(), before);
});
