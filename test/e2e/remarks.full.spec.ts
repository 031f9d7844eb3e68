import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openFriends } from '../support/friends.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf } from '../support/world.ts';

const ACCOUNT = 'shop';

const { service, own, anna, bert, group } = await openFriends(ACCOUNT);

const ask = async (path: string, body: object): Promise<Record<string, unknown>> => {
  const answer = await service.send('POST', `/accounts/${ACCOUNT}/message/${path}`, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
};
const say = async (to: string, message: string): Promise<string> =>
  String((await ask('send', { to, message })).messageId);
const shown = async (id: string): Promise<Record<string, unknown> | undefined> =>
  (await service.get(`/accounts/${ACCOUNT}/messages/${id}`)).body.message as Record<string, unknown>;
/** The message once the view shows it, and it satisfies `holds`. */
const until = (id: string, holds: (message: Record<string, unknown>) => unknown, what: string) =>
  waitFor(
    async () => {
      const message = await shown(id);
      return message !== undefined && holds(message) ? message : undefined;
    },
    { what },
  );

for (const where of ['a chat', 'a group'] as const) {
  const chat = () => (where === 'a chat' ? jidOf(anna) : group);
  const to = () => (where === 'a chat' ? own.number : group);

  it(`reacts in ${where}, changes it and takes it back`, async () => {
    const id = await anna.send(to(), 'a question');
    await until(id, () => true, 'the question');
    for (const emoji of ['👍', '🎉']) {
      const answer = await ask('react', { chatId: chat(), messageId: id, emoji });
      assert.deepEqual(Object.keys(answer), ['ok', 'messageId']);
      const seen = await anna.waitForMessage(
        (message) => message.id === id && message.reactions.some(({ text }) => text === emoji),
      );
      assert.deepEqual(seen.reactions, [{ from: own.number, text: emoji }]);
      const { reactions } = (await shown(id)) ?? {};
      assert.deepEqual(
        (reactions as { emoji: string }[]).map((one) => one.emoji),
        [emoji],
      );
    }
    await ask('react', { chatId: chat(), messageId: id });
    await anna.waitForMessage((message) => message.id === id && message.reactions.length === 0);
    assert.deepEqual((await shown(id))?.reactions, []);
  });

  it(`edits and deletes own texts in ${where}`, async () => {
    const id = await say(chat(), 'first');
    await anna.waitForMessage((message) => message.id === id);
    await ask('edit', { chatId: chat(), messageId: id, message: 'second' });
    const edited = await anna.waitForMessage((message) => message.id === id && message.edited);
    assert.equal(edited.text, 'second');
    const message = (await shown(id)) ?? {};
    assert.equal(message.text, 'second');
    assert.deepEqual(
      (message.edits as { text: string }[]).map(({ text }) => text),
      ['first'],
    );
    assert.deepEqual(await ask('delete', { chatId: chat(), messageId: id }), { ok: true });
    await anna.waitForMessage((one) => one.id === id && one.kind === 'deleted');
    assert.notEqual((await shown(id))?.deletedAt, null);
  });

  it(`sees reactions, edits and deletions in ${where}`, async () => {
    const id = await say(chat(), 'what do you think?');
    await anna.waitForMessage((message) => message.id === id);
    await anna.post(to(), { reaction: { message: id, text: '🙂' } });
    const { reactions } = await until(id, (one) => (one.reactions as unknown[]).length > 0, 'the reaction');
    assert.deepEqual(
      (reactions as { from: string; emoji: string }[]).map(({ from, emoji }) => [from, emoji]),
      [[jidOf(anna), '🙂']],
    );
    const theirs = await anna.send(to(), 'one');
    await until(theirs, () => true, 'their text');
    await anna.post(to(), { edit: { message: theirs, text: 'two' } });
    const edited = await until(theirs, ({ text }) => text === 'two', 'the edit');
    assert.deepEqual(
      (edited.edits as { text: string }[]).map(({ text }) => text),
      ['one'],
    );
    await anna.post(to(), { delete: theirs });
    await until(theirs, ({ deletedAt }) => deletedAt !== null, 'the deletion');
  });

  it(`sends a place, a contact card and a forwarded text to ${where}`, async () => {
    const place = { latitude: 52.52, longitude: 13.405, name: 'Shop', address: 'Main Street 1' };
    const at = String((await ask('send/location', { to: chat(), ...place })).messageId);
    const located = await anna.waitForMessage((message) => message.id === at);
    assert.deepEqual([located.kind, located.location], ['location', place]);
    assert.deepEqual((await shown(at))?.location, place);

    const contacts = [{ name: 'Bert, the plumber', phoneNumber: `+${bert.number}` }];
    const card = String((await ask('send/contact', { to: chat(), contacts })).messageId);
    const carded = await anna.waitForMessage((message) => message.id === card);
    assert.match(carded.contacts?.[0]?.vcard ?? '', new RegExp(`waid=${bert.number}:\\+${bert.number}`));
    assert.equal(carded.contacts?.[0]?.name, 'Bert, the plumber');

    const original = await bert.send(own.number, 'pass this on');
    await until(original, () => true, 'the original');
    const passed = String((await ask('forward', { to: chat(), messageId: original })).messageId);
    const forwarded = await anna.waitForMessage((message) => message.id === passed);
    assert.deepEqual([forwarded.text, forwarded.forwarded], ['pass this on', true]);
    const stored = await shown(passed);
    assert.deepEqual([stored?.text, stored?.isForwarded], ['pass this on', true]);
    const again = String((await ask('forward', { to: chat(), messageId: at })).messageId);
    const repeated = await anna.waitForMessage((message) => message.id === again);
    assert.deepEqual([repeated.location, repeated.forwarded], [place, false]);
  });

  it(`shows places and cards that come in ${where}`, async () => {
    const location = { latitude: -33.86, longitude: 151.2, name: 'Opera', address: 'Sydney' };
    const at = await until(await anna.post(to(), { location }), () => true, 'the place');
    assert.deepEqual([at.type, at.location], ['location', location]);
    const contacts = [{ name: 'Bert', number: bert.number }];
    const card = await until(await anna.post(to(), { contacts }), () => true, 'the card');
    assert.deepEqual([card.type, card.text], ['contact', 'Bert']);
    assert.match((card.contacts as { vcard: string }[])[0]?.vcard ?? '', /BEGIN:VCARD/);
  });
}

it("deletes others' messages as a group's admin, and refuses it elsewhere", async () => {
  const here = await anna.send(own.number, 'mine');
  await until(here, () => true, 'the message');
  const refused = await service.send('POST', `/accounts/${ACCOUNT}/message/delete`, {
    chatId: jidOf(anna),
    messageId: here,
  });
  assert.equal(refused.status, 403);
  await anna.changeGroup(group, { kind: 'promote', numbers: [own.number] });
  const there = await bert.send(group, 'rude');
  await until(there, () => true, 'the message');
  await ask('delete', { chatId: group, messageId: there });
  await bert.waitForMessage((message) => message.id === there && message.kind === 'deleted');
  assert.notEqual((await shown(there))?.deletedAt, null);
});

it('sends a poll once under one Idempotency-Key, and repeats its answer', async () => {
  const body = { to: jidOf(anna), name: 'When?', options: ['now', 'later'] };
  const path = `/accounts/${ACCOUNT}/message/send/poll`;
  const answers = [
    await service.send('POST', path, body, { 'idempotency-key': 'poll-1' }),
    await service.send('POST', path, body, { 'idempotency-key': 'poll-1' }),
  ];
  assert.deepEqual(answers[1]?.body, answers[0]?.body);
  const id = String(answers[0]?.body.messageId);
  const poll = await anna.waitForMessage((message) => message.id === id);
  assert.deepEqual([poll.kind, poll.text, poll.poll?.selectable], ['poll', 'When?', 1]);
  assert.equal((await anna.displayed()).filter((message) => message.id === id).length, 1);
});
