import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { normalizeMessageContent, proto, type WAMessage } from '@whiskeysockets/baileys';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { until, untilUpsert } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915300000001';
const BEN = '4915300000002';
const CARL = '4915300000003';

let test: TestSandbox;
let me: Account;
let ben: PhoneHandle;
const reactions: { readonly key: proto.IMessageKey; readonly reaction: proto.IReaction }[] = [];
const updates: { readonly key: proto.IMessageKey; readonly update: Partial<WAMessage> }[] = [];
const chats: { readonly id?: string | null; readonly ephemeralExpiration?: number | null }[] = [];
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME);
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
  await test.control.makePhone(CARL);
  const { ev } = me.client.sock();
  ev.on('messages.reaction', (all) => reactions.push(...all));
  ev.on('messages.update', (all) => updates.push(...all));
  ev.on('chats.update', (all) => chats.push(...all));
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const upsert = async (id: string) => (await untilUpsert(me.client, id)).message;
/** What a message says once its wrappers are off. */
const received = async (id: string) => normalizeMessageContent((await upsert(id)).message);
const shown = (id: string | null | undefined) => ben.waitForMessage((message) => message.id === id);
const send = async (...args: Parameters<ReturnType<Account['client']['sock']>['sendMessage']>) => {
  const sent = await me.client.sock().sendMessage(...args);
  assert.ok(sent);
  return sent;
};

it('sends a location, contacts and a forwarded message', async () => {
  const place = { latitude: 52.52, longitude: 13.4, name: 'Home', address: 'Street 1' };
  const { locationMessage } = (await received(await ben.post(ME, { location: place }))) ?? {};
  assert.equal(locationMessage?.degreesLatitude, 52.52);
  assert.equal(locationMessage?.name, 'Home');

  const one = await received(await ben.post(ME, { contacts: [{ name: 'Carl', number: CARL }] }));
  assert.equal(one?.contactMessage?.displayName, 'Carl');
  assert.match(one?.contactMessage?.vcard ?? '', new RegExp(`waid=${CARL}:\\+${CARL}\n`));
  const contacts = [
    { name: 'Carl', number: CARL },
    { name: 'Ben', number: BEN },
  ];
  const two = await received(await ben.post(ME, { contacts }));
  assert.equal(two?.contactsArrayMessage?.contacts?.length, 2);

  const original = await ben.send(ME, 'pass it on');
  const { extendedTextMessage } = (await received(await ben.post(ME, { forward: original }))) ?? {};
  assert.equal(extendedTextMessage?.text, 'pass it on');
  assert.equal(extendedTextMessage?.contextInfo?.isForwarded, true);
  assert.equal(extendedTextMessage?.contextInfo?.forwardingScore, 1);
});

it('shows a location, contacts and a forwarded message', async () => {
  const location = { degreesLatitude: 1.5, degreesLongitude: -2.5, name: 'Sea' };
  const at = await shown((await send(jidOf(BEN), { location })).key.id);
  assert.deepEqual([at.kind, at.location], ['location', { latitude: 1.5, longitude: -2.5, name: 'Sea' }]);

  const card = { displayName: 'Carl', vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Carl\nEND:VCARD' };
  const cards = await shown((await send(jidOf(BEN), { contacts: { contacts: [card, card] } })).key.id);
  assert.equal(cards.kind, 'contacts');
  assert.deepEqual(cards.contacts?.[1], { name: 'Carl', vcard: card.vcard });

  const first = await send(jidOf(BEN), { text: 'again' });
  const again = await shown((await send(jidOf(BEN), { forward: first, force: true })).key.id);
  assert.deepEqual([again.text, again.forwarded], ['again', true]);
  assert.equal((await shown(first.key.id)).forwarded, false);
});

it('reacts, and takes the reaction back, both ways', async () => {
  const mine = (await send(jidOf(BEN), { text: 'good?' })).key;
  await shown(mine.id);
  for (const text of ['👍', '']) {
    const id = await ben.post(ME, { reaction: { message: mine.id ?? '', text } });
    const got = await until('reaction', () => reactions.find(({ reaction }) => reaction.key?.id === id));
    assert.deepEqual([got.reaction.text ?? '', got.key.id, got.key.fromMe], [text, mine.id, true]);
    const copy = await me.phone.waitForMessage((message) => message.id === mine.id);
    assert.deepEqual(copy.reactions, text ? [{ from: BEN, text }] : []);
  }

  const theirs = await upsert(await ben.send(ME, 'and now?'));
  await send(jidOf(BEN), { react: { text: '🎉', key: theirs.key } });
  const liked = await ben.waitForMessage(
    ({ id, reactions: all }) => id === theirs.key.id && all.length === 1,
  );
  assert.deepEqual(liked.reactions, [{ from: ME, text: '🎉' }]);
  await me.phone.waitForMessage((message) => message.id === theirs.key.id && message.reactions.length === 1);
  await send(jidOf(BEN), { react: { text: '', key: theirs.key } });
  await ben.waitForMessage(({ id, reactions: all }) => id === theirs.key.id && all.length === 0);
});

it('edits both ways', async () => {
  const id = await ben.send(ME, 'teh');
  await upsert(id);
  await ben.post(ME, { edit: { message: id, text: 'the' } });
  const { update } = await until('edit', () =>
    updates.find(({ key, update: u }) => key.id === id && u.message),
  );
  assert.equal(update.message?.editedMessage?.message?.conversation, 'the');
  for (const phone of [ben, me.phone]) {
    const now = await phone.waitForMessage((message) => message.id === id && message.edited);
    assert.equal(now.text, 'the');
  }

  const { key } = await send(jidOf(BEN), { text: 'tow' });
  await shown(key.id);
  await send(jidOf(BEN), { text: 'two', edit: key });
  assert.equal((await ben.waitForMessage((message) => message.id === key.id && message.edited)).text, 'two');
  await assert.rejects(ben.post(ME, { edit: { message: key.id ?? '', text: 'mine now' } }), { status: 409 });
});

it('deletes for everyone both ways', async () => {
  const id = await ben.send(ME, 'forget it');
  await upsert(id);
  await ben.post(ME, { delete: id });
  await until('deletion', () => updates.find(({ key, update }) => key.id === id && update.message === null));
  for (const phone of [ben, me.phone]) {
    const left = await phone.waitForMessage((message) => message.id === id && message.kind === 'deleted');
    assert.equal(left.text, '');
  }

  const { key } = await send(jidOf(BEN), { text: 'me too' });
  await shown(key.id);
  await send(jidOf(BEN), { delete: key });
  await ben.waitForMessage((message) => message.id === key.id && message.kind === 'deleted');
});

it('lets nobody change what somebody else has written', async () => {
  const theirs = await upsert(await ben.send(ME, 'stays'));
  await send(jidOf(BEN), { delete: { ...theirs.key, fromMe: true } });
  await send(jidOf(BEN), { text: 'changed', edit: theirs.key });
  const last = await send(jidOf(BEN), { text: 'after both' });
  await shown(last.key.id);
  const still = await shown(theirs.key.id);
  assert.deepEqual([still.kind, still.text, still.edited], ['text', 'stays', false]);
});

it('tells companions of a view-once message and shows it on phones only', async () => {
  const id = await ben.post(ME, {
    media: { kind: 'image', data: Buffer.from('once').toString('base64') },
    viewOnce: true,
  });
  const got = await upsert(id);
  assert.equal(got.key.isViewOnce, true);
  assert.equal(got.message ?? undefined, undefined);
  const on = await me.phone.waitForMessage((message) => message.id === id);
  assert.deepEqual([on.kind, on.viewOnce], ['image', true]);
  assert.equal((await me.phone.file(id)).toString(), 'once');
  await me.server.waitForReceipt((receipt) => receipt.id === id);
});

it('sends any other kind as the bytes that it is given', async () => {
  const listMessage = { title: 'Menu', description: 'Pick one' };
  const bytes = proto.Message.encode({ listMessage }).finish();
  const id = await ben.post(ME, { proto: Buffer.from(bytes).toString('base64') });
  assert.equal((await received(id))?.listMessage?.description, 'Pick one');
});

it('sets a chat to disappear, sends accordingly, and lets messages go', async () => {
  await ben.post(ME, { disappearing: 86_400 });
  await until('setting', () => chats.find(({ ephemeralExpiration }) => ephemeralExpiration === 86_400));
  const id = await ben.send(ME, 'for a day');
  const { message } = await upsert(id);
  const inner = message?.ephemeralMessage?.message?.extendedTextMessage;
  assert.deepEqual([inner?.text, inner?.contextInfo?.expiration], ['for a day', 86_400]);
  assert.equal((await me.phone.waitForMessage((one) => one.id === id)).expiration, 86_400);

  await send(jidOf(BEN), { disappearingMessagesInChat: 0 });
  await ben.waitForMessage(
    ({ kind, expiration, from }) => kind === 'disappearing' && !expiration && from === ME,
  );
  const bare = await upsert(await ben.send(ME, 'for good'));
  assert.equal(bare.message?.conversation, 'for good');

  const brief = await send(jidOf(BEN), { text: 'blink' }, { ephemeralExpiration: 1 });
  assert.equal((await shown(brief.key.id)).expiration, 1);
  await until('disappearing', async () => (await ben.displayed()).every((one) => one.id !== brief.key.id));
});
