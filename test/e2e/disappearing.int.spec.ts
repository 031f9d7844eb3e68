import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { openFriends } from '../support/friends.ts';
import { makeJpeg } from '../support/media.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, untilStatus } from '../support/world.ts';

const ACCOUNT = 'shop';
const DAY = 86_400;
const WEEK = 604_800;

const { world, service, own, anna, bert, group } = await openFriends(ACCOUNT);
const picture = (await makeJpeg(30, 20)).toString('base64');

type Fields = Record<string, unknown>;
const ask = async (path: string, body: object, headers: Record<string, string> = {}): Promise<string> => {
  const answer = await service.send('POST', `/accounts/${ACCOUNT}/message/${path}`, body, headers);
  assert.ok(answer.status < 300, `${path}: ${JSON.stringify(answer.body)}`);
  return String(answer.body.messageId);
};
const say = (to: string, message: string, headers: Record<string, string> = {}): Promise<string> =>
  ask('send', { to, message }, headers);
const untilTimer = (chatId: string, seconds: number) =>
  waitFor(
    async () => {
      const { body } = await service.get(`/accounts/${ACCOUNT}/chats`);
      const chat = (body.chats as Fields[]).find((one) => one.chatId === chatId);
      return (chat?.disappearing ?? 0) === seconds;
    },
    { what: `timer of ${seconds} s in ${chatId}` },
  );
/** What a phone and the view say of a message's timer. */
const timersOf = async (id: string, phone: PhoneHandle) => {
  const { kind, expiration } = await phone.waitForMessage((message) => message.id === id);
  const { body } = await service.get(`/accounts/${ACCOUNT}/messages/${id}`);
  return [kind, expiration, (body.message as Fields).expiresIn];
};

/** One message of every kind into a chat where `theirs` was said. */
const sendAll = async (
  to: string,
  theirs: string,
): Promise<readonly (readonly [kind: string, id: string])[]> => [
  ['text', await say(to, 'hello')],
  ['text', await ask('reply', { to, message: 'yes', quotedMessageId: theirs, mentions: [jidOf(bert)] })],
  ['image', await ask('send/image', { to, base64: picture, caption: 'look' })],
  ['location', await ask('send/location', { to, latitude: 52.5, longitude: 13.4 })],
  ['contacts', await ask('send/contact', { to, contacts: [{ name: 'Bert', phoneNumber: bert.number }] })],
  ['poll', await ask('send/poll', { to, name: 'When?', options: ['now', 'later'] })],
  ['text', await ask('forward', { to, messageId: theirs })],
];

for (const where of ['a chat', 'a group'] as const) {
  const chat = () => (where === 'a chat' ? jidOf(anna) : group);
  const to = () => (where === 'a chat' ? own.number : group);
  const setTimer = async (seconds: number) => {
    if (where === 'a chat') await anna.post(to(), { disappearing: seconds });
    else await anna.changeGroup(group, { kind: 'ephemeral', seconds });
    await untilTimer(chat(), seconds);
  };

  it(`sends with the timer of ${where} while it is on, whatever it sends`, async () => {
    const theirs = await anna.send(to(), 'are you there?');
    await setTimer(DAY);
    for (const [kind, id] of await sendAll(chat(), theirs))
      assert.deepEqual(await timersOf(id, anna), [kind, DAY, DAY]);
    await setTimer(0);
    for (const [kind, id] of await sendAll(chat(), theirs))
      assert.deepEqual(await timersOf(id, anna), [kind, undefined, null]);
  });
}

it('takes no word of a member for the timer of a group', async () => {
  await bert.post(group, { disappearing: WEEK });
  const after = await bert.send(group, 'did that work?');
  await waitFor(async () => (await service.get(`/accounts/${ACCOUNT}/messages/${after}`)).status === 200, {
    what: 'what he said after it',
  });
  await untilTimer(group, 0);
  assert.deepEqual(await timersOf(await say(group, 'no'), anna), ['text', undefined, null]);
});

it('takes the timer of a group that it comes into from WhatsApp, and no other from a member', async () => {
  const { jid: timed } = await anna.makeGroup('Timed', [bert.number]);
  await anna.changeGroup(timed, { kind: 'ephemeral', seconds: DAY });
  const { jid: plain } = await anna.makeGroup('Plain', [bert.number]);
  for (const [jid, seconds] of [
    [timed, DAY],
    [plain, 0],
  ] as const) {
    await anna.changeGroup(jid, { kind: 'add', numbers: [own.number] });
    await untilTimer(jid, seconds);
    const forged = await bert.send(jid, 'gone in a week', { expiration: WEEK });
    await waitFor(async () => (await service.get(`/accounts/${ACCOUNT}/messages/${forged}`)).status === 200, {
      what: 'the forged one',
    });
    const said = await say(jid, 'hello');
    assert.deepEqual(await timersOf(said, anna), ['text', seconds || undefined, seconds || null]);
  }
});

it('gives no timer to reactions, edits and deletions', async () => {
  await anna.post(own.number, { disappearing: DAY });
  await untilTimer(jidOf(anna), DAY);
  const about = { chatId: jidOf(anna), messageId: await say(jidOf(anna), 'a typo') };
  await ask('react', { ...about, emoji: '👍' });
  await ask('edit', { ...about, message: 'no typo' });
  const { text, expiration } = await anna.waitForMessage(
    ({ id, edited }) => id === about.messageId && edited,
  );
  assert.deepEqual([text, expiration], ['no typo', DAY], 'it disappears as before');
  await ask('delete', about);
  const remarks = (await logged(world, 'message.send_requested')).flatMap(({ data }) =>
    'remark' in data && data.remark !== undefined ? [[data.remark.kind, data.content.expiresIn]] : [],
  );
  assert.deepEqual(remarks, [
    ['react', undefined],
    ['edit', undefined],
    ['revoke', undefined],
  ]);
});

it('counts what was set from here as well', async () => {
  const answer = await service.send('PUT', `/accounts/${ACCOUNT}/groups/${group}/settings`, {
    disappearing: WEEK,
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  await untilTimer(group, WEEK);
  assert.deepEqual(await timersOf(await say(group, 'gone in a week'), anna), ['text', WEEK, WEEK]);
});

it('answers with the timer that somebody writes first with', async () => {
  const cleo = await world.sandbox.makePhone('4915100000004', { name: 'Cleo' });
  await cleo.send(own.number, 'new here', { expiration: WEEK });
  await untilTimer(jidOf(cleo), WEEK);
  assert.deepEqual(await timersOf(await say(jidOf(cleo), 'welcome'), cleo), ['text', WEEK, WEEK]);
});

it('sends again with the timer that was on when it was asked for', async () => {
  const { trouble } = world.sandbox.account(own.number);
  await untilTimer(jidOf(anna), DAY);
  await trouble({ kind: 'lose-messages', count: 1 });
  const lost = await say(jidOf(anna), 'lost at first', { Prefer: 'respond-async' });
  const attempts = async () =>
    (await logged(world, 'message.send_attempted')).filter(
      ({ data }) => 'waId' in data && data.waId === lost,
    );
  await waitFor(async () => (await attempts()).length === 1, { what: 'the first attempt' });
  await anna.post(own.number, { disappearing: 0 });
  await untilTimer(jidOf(anna), 0);
  await trouble({ kind: 'drop' });
  assert.deepEqual(await timersOf(lost, anna), ['text', DAY, DAY]);
  assert.equal((await attempts()).length, 2);
});

it('sets the timer of a chat from here: on both phones, in the log and for what is sent next', async () => {
  const path = `/accounts/${ACCOUNT}/chats/${jidOf(anna)}/settings`;
  for (const seconds of [DAY, 0]) {
    const seen = new Set([...(await anna.displayed()), ...(await own.displayed())].map(({ id }) => id));
    const { status, body } = await service.send('PUT', path, { disappearing: seconds });
    assert.deepEqual([status, (body.chat as Fields).disappearing], [200, seconds], JSON.stringify(body));
    for (const phone of [anna, own])
      await phone.waitForMessage(
        ({ id, kind, expiration }) => kind === 'disappearing' && expiration === seconds && !seen.has(id),
      );
    const timers = seconds === 0 ? [undefined, null] : [seconds, seconds];
    assert.deepEqual(await timersOf(await say(jidOf(anna), 'next'), anna), ['text', ...timers]);
  }
  const { body } = await service.get(`/accounts/${ACCOUNT}/chats/${jidOf(anna)}/messages?type=system`);
  const lines = (body.messages as Fields[]).filter(({ fromMe }) => fromMe);
  assert.deepEqual(
    lines.map(({ notice, status }) => [(notice as Fields).value, status !== 'queued']),
    [
      ['0', true],
      [String(DAY), true],
    ],
  );
  const refused = await service.send('PUT', `/accounts/${ACCOUNT}/chats/${group}/settings`, {
    disappearing: 0,
  });
  assert.equal(refused.status, 400);
});

it('keeps the timer of a send that waits for a connection', async () => {
  await anna.post(own.number, { disappearing: WEEK });
  await untilTimer(jidOf(anna), WEEK);
  await service.send('POST', `/accounts/${ACCOUNT}/disconnect`);
  await untilStatus(service, ACCOUNT, 'disconnected');
  const queued = await say(jidOf(anna), 'later', { Prefer: 'respond-async' });
  await anna.post(own.number, { disappearing: 0 });
  await service.send('POST', `/accounts/${ACCOUNT}/connect`);
  assert.deepEqual(await timersOf(queued, anna), ['text', WEEK, WEEK]);
});
