import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type BaileysEventMap, proto, type SocketConfig } from '@whiskeysockets/baileys';
import { type BareBaileys, openBaileys, until, untilUpsert } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { ledTo } from '../support/media.ts';
import { jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const { HistorySyncType } = proto.HistorySync;

let test: TestSandbox;
before(async () => {
  test = await openSandbox({ seed: 'history' });
});
after(() => test.close());
dumpFramesOnFailure(() => test);

type History = BaileysEventMap['messaging-history.set'];

/** Links a bare Baileys that listens from its first moment after pairing, and gives what it was told. */
const pairListening = async (number: string, config: Partial<SocketConfig> = {}) => {
  const phone = test.control.phone(number);
  const parts: History[] = [];
  let scanned = false;
  const client: BareBaileys = openBaileys(test.sandbox, {
    config,
    onQr: (qr) => {
      if (!scanned) phone.scan(qr).catch(() => undefined);
      scanned = true;
    },
    onSocket: (sock) => sock.ev.on('messaging-history.set', (part) => parts.push(part)),
  });
  await until('first sync', () => client.auth.creds.accountSyncCounter > 0);
  return { client, parts };
};
const seen = (parts: readonly History[]) => parts.flatMap(({ messages }) => messages);

it('tells a new companion chats, people, names and messages, of the size it was made with', async () => {
  const number = '4916300000001';
  const phone = await test.control.makePhone(number, { history: { chats: 30, messages: 51 } });
  const { client, parts } = await pairListening(number);
  await until('all messages', () => seen(parts).length >= 30 * 51);

  // rc14 may put parts together before it tells of them: what was sent shows in the receipts
  assert.equal(parts[0]?.isLatest, true);
  assert.equal(parts.at(-1)?.progress, 100);
  assert.equal(new Set(parts.flatMap(({ chats }) => chats.map(({ id }) => id))).size, 30);
  const { lid } = await test.control.phone('491700000001').show();
  // rc14 loses the mappings of parts put together, but keeps them itself
  const mapped = await client.auth.keys.get('lid-mapping', ['491700000001']);
  assert.equal(mapped['491700000001'], lid);
  const account = test.control.account(number);
  const taken = async () => (await account.receipts()).filter(({ type }) => type === 'hist_sync');
  await until('bootstrap, names and two parts', async () => (await taken()).length === 4);

  const ids = seen(parts).map(({ key }) => `${key.remoteJid} ${key.id}`);
  assert.equal(new Set(ids).size, 30 * 51);
  const shown = await phone.displayed();
  assert.equal(shown.length, 30 * 51);
  for (const message of shown.filter(({ chat }) => chat === '491700000001')) {
    const told = seen(parts).find(({ key }) => key.id === message.id);
    assert.equal(told?.message?.conversation, message.text);
    assert.equal(told.key.fromMe, message.fromMe);
    assert.equal(told.key.remoteJid, `${lid}@lid`);
    assert.equal(Number(told.messageTimestamp), Math.floor(message.at / 1000));
  }
  const names = parts.flatMap(({ contacts }) => contacts);
  assert.ok(names.some(({ id, notify }) => id === `${lid}@lid` && notify === 'Friend 1'));
  // who was met in the history can be talked to
  const sent = await client.sock().sendMessage(`${lid}@lid`, { text: 'long time no see' });
  await test.control.phone('491700000001').waitForMessage(({ id }) => id === sent?.key.id);
  await client.close();
});

it('tells what has really been said, with reactions, edits and deletions', async () => {
  const me = await test.control.makePhone('4916300000002', { history: { chats: 0, messages: 100 } });
  const ben = await test.control.makePhone('4916300000003', { name: 'Ben' });
  await me.set({ addressing: 'pn' });
  const edited = await ben.send(me.number, 'frist');
  await ben.post(me.number, { edit: { message: edited, text: 'first' } });
  await me.post(ben.number, { reaction: { message: edited, text: '❤️' } });
  const deleted = await ben.send(me.number, 'oops');
  await ben.post(me.number, { delete: deleted });
  const picture = await me.sendFile(ben.number, { kind: 'image', data: Buffer.from('a picture') });
  const { jid } = await ben.makeGroup('Old friends', [me.number]);
  const inGroup = await ben.send(jid, 'hello group');

  // a size of no chats keeps everything back
  const nothing = await pairListening(me.number);
  await until('history', () => nothing.parts.length > 0);
  assert.deepEqual(
    nothing.parts.flatMap(({ chats }) => chats),
    [],
  );
  await nothing.client.close();

  const all = await test.control.makePhone('4916300000004', { history: { chats: 10, messages: 2 } });
  for (const text of ['one', 'two', 'three']) await ben.send(all.number, text);
  const some = await pairListening(all.number);
  const wanted = () => seen(some.parts).filter(({ pushName }) => pushName === 'Ben');
  await until('two messages', () => wanted().length === 2);
  assert.deepEqual(
    wanted()
      .map(({ message }) => message?.conversation)
      .sort(),
    ['three', 'two'],
  );
  await some.client.close();

  await me.set({ history: { chats: 5, messages: 100 } });
  const { client, parts } = await pairListening(me.number);
  const told = (id: string) =>
    until(`${id} in the history`, () => seen(parts).find(({ key }) => key.id === id));
  const first = await told(edited);
  assert.equal(first.message?.conversation, 'first');
  assert.equal(first.key.remoteJid, jidOf(ben.number));
  assert.equal(first.reactions?.[0]?.text, '❤️');
  assert.equal(first.reactions[0]?.key?.fromMe, true);
  assert.equal((await told(deleted)).messageStubType, proto.WebMessageInfo.StubType.REVOKE);
  assert.ok((await told(picture)).message?.imageMessage?.mediaKey?.length);
  const spoken = await told(inGroup);
  assert.deepEqual([spoken.key.remoteJid, spoken.message?.conversation], [jid, 'hello group']);
  assert.ok(spoken.key.participant);
  await client.close();
});

it('hands over older messages when asked', async () => {
  const number = '4916300000005';
  await test.control.makePhone(number, { history: { chats: 1, messages: 20 } });
  const phone = test.control.phone(number);
  const shown = await phone.displayed();
  await phone.set({ history: { chats: 1, messages: 5 } });
  const { client, parts } = await pairListening(number);
  await until('the newest', () => seen(parts).length === 5);
  const oldest = seen(parts).sort((a, b) => Number(a.messageTimestamp) - Number(b.messageTimestamp))[0];
  assert.ok(oldest);
  const session = await client.sock().fetchMessageHistory(10, oldest.key, Number(oldest.messageTimestamp));
  const older = await until('older ones', () =>
    parts.find(({ peerDataRequestSessionId }) => peerDataRequestSessionId === session),
  );
  assert.equal(older.syncType, HistorySyncType.ON_DEMAND);
  assert.deepEqual(
    older.messages.map(({ key }) => key.id).reverse(),
    shown.slice(5, 15).map(({ id }) => id),
  );
  await client.close();
});

it('hands a message over again that a companion could not read', async () => {
  const number = '4916300000007';
  const phone = await test.control.makePhone(number);
  const ben = await test.control.makePhone('4916300000003');
  const { client } = await pairListening(number);
  const id = await ben.send(number, 'once more');
  const { message } = await untilUpsert(client, id);
  await phone.waitForMessage((shown) => shown.id === id);
  const asked = await client.sock().requestPlaceholderResend(message.key);
  assert.ok(asked);
  const again = await until('the message again', () =>
    client.upserts.filter((one) => one.message.key.id === id).at(1),
  );
  assert.equal(again.message.message?.conversation, 'once more');
  await client.close();
});

it('puts the history on the media host when told to, for a client that is led there', async () => {
  const number = '4916300000006';
  await test.control.makePhone(number, { history: { chats: 2, messages: 3, onMediaHost: true } });
  const { client, parts } = await pairListening(number, ledTo(test.sandbox));
  await until('all messages', () => seen(parts).length === 6);
  await client.close();
});
