import assert from 'node:assert/strict';
import { it } from 'node:test';
import { downloadAndProcessHistorySyncNotification, proto, WAMessageStubType } from '@whiskeysockets/baileys';
import { silenceLibsignal } from '../../../src/adapters/baileys/mends/quiet.ts';
import {
  ANN,
  type Disk,
  ME,
  MY_LID,
  newDisk,
  startReceiver,
  startSender,
} from '../../support/signal-peers.ts';

silenceLibsignal();

const turn = () => new Promise((resolve) => setImmediate(resolve));
const textsIn = ({ log }: Disk): (string | null)[] =>
  log.flatMap(({ data }) => ('content' in data ? [data.content.text] : []));
const copy = ({ keys, log }: Disk): Disk => ({ keys: new Map(keys), log: [...log] });
const UNREADABLE = WAMessageStubType.CIPHERTEXT;

it('puts no ratchet on disk before its event is in the log', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk, { logHangs: true });
  const before = me.writes.length;
  const got = await me.receive(await ann.text('A1', 'hello'));
  await turn();
  assert.equal(got.message?.conversation, 'hello');
  assert.deepEqual([me.writes.length, disk.log.length], [before, 0]);
  me.letLog();
  await me.settled();
  assert.deepEqual(textsIn(disk), ['hello']);
  assert.ok(me.writes.flat().some(({ type }) => type === 'session'));
});

it('answers a redelivery from memory, and logs it once', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  for (const stanza of [await ann.text('A1', 'first'), await ann.text('A2', 'second')]) {
    await me.receive(stanza);
    const again = await me.receive(stanza);
    assert.deepEqual(
      [again.messageStubType, again.message?.conversation],
      [undefined, stanza.attrs.id === 'A1' ? 'first' : 'second'],
    );
  }
  await me.settled();
  assert.deepEqual(textsIn(disk), ['first', 'second']);
});

it('steps the ratchet of a redelivery whose event alone reached the disk', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const [first, second] = [await ann.text('A1', 'first'), await ann.text('A2', 'second')];
  const before = copy(disk);
  const dying = startReceiver(disk);
  await dying.receive(first);
  await dying.settled();
  // the log has the event, the keys are those from before
  const me = startReceiver({ keys: before.keys, log: disk.log });
  const again = await me.receive(first);
  assert.deepEqual([again.messageStubType, again.message?.conversation], [undefined, 'first']);
  assert.equal((await me.receive(second)).message?.conversation, 'second');
  await me.settled();
  assert.deepEqual(textsIn(disk), ['first', 'second']);
});

it('logs a redelivered setting once', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const type = proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING;
  const stanza = await ann.raw('D1', { protocolMessage: { type, ephemeralExpiration: 86_400 } });
  const before = copy(disk);
  const dying = startReceiver(disk);
  await dying.receive(stanza);
  await dying.settled();
  const me = startReceiver({ keys: before.keys, log: disk.log });
  await me.receive(stanza);
  await me.settled();
  assert.deepEqual(
    disk.log.map((event) => event.type),
    ['chat.disappearing_changed'],
  );
});

it('answers a redelivery from the log where the ratchet has moved on', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const stanzas = [await ann.text('A1', 'first'), await ann.text('A2', 'second')];
  const dying = startReceiver(disk);
  for (const stanza of stanzas) await dying.receive(stanza);
  await dying.settled();
  const me = startReceiver(disk);
  const again = await Promise.all(stanzas.map((stanza) => me.receive(stanza)));
  assert.deepEqual(
    again.map(({ messageStubType, message }) => [messageStubType, message?.conversation]),
    [
      [undefined, 'first'],
      [undefined, 'second'],
    ],
  );
  await me.settled();
  assert.equal(disk.log.length, 2);
});

it('leaves to Baileys what neither decrypts nor is known', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const first = await ann.text('A1', 'first');
  const dying = startReceiver(disk);
  await dying.receive(first);
  await dying.settled();
  const me = startReceiver({ keys: disk.keys, log: [] });
  const again = await me.receive(first);
  assert.equal(again.messageStubType, UNREADABLE);
});

it('logs a group message that brings its sender key once, and the key with it', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  const first = await ann.groupText('G1', 'to all');
  const got = await me.receive(first);
  assert.deepEqual([got.messageStubType, got.message?.conversation], [undefined, 'to all']);
  const second = await me.receive(await ann.groupText('G2', 'again'));
  assert.equal(second.message?.conversation, 'again');
  const repeated = await me.receive(first);
  assert.deepEqual([repeated.messageStubType, repeated.message?.conversation], [undefined, 'to all']);
  await me.settled();
  assert.deepEqual(textsIn(disk), ['to all', 'again']);
});

it('keeps the sender key when it dies between the two parts of a group message', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const whole = await ann.groupText('G1', 'to all');
  const [keyPart] = Array.isArray(whole.content) ? whole.content : [];
  const dying = startReceiver(disk);
  await dying.receive({ ...whole, content: keyPart === undefined ? [] : [keyPart] });
  await dying.settled();
  assert.deepEqual(textsIn(disk), []);
  const me = startReceiver(disk);
  const again = await me.receive(whole);
  assert.deepEqual([again.messageStubType, again.message?.conversation], [undefined, 'to all']);
  await me.settled();
  assert.deepEqual(textsIn(disk), ['to all']);
});

it('reads group messages in any order, also after a restart', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const stanzas = [];
  for (const text of ['one', 'two', 'three', 'four']) stanzas.push(await ann.groupText(text, text));
  const [one, two, three, four] = stanzas;
  assert.ok(one && two && three && four);
  const me = startReceiver(disk);
  for (const stanza of [one, four, two]) {
    const got = await me.receive(stanza);
    assert.equal(got.message?.conversation, stanza.attrs.id);
  }
  await me.settled();
  const got = await startReceiver(disk).receive(three);
  assert.equal(got.message?.conversation, 'three');
  assert.deepEqual(textsIn(disk), ['one', 'four', 'two', 'three']);
});

it('takes in the sender key that came with a text, even if it died right after the ratchet', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const stanza = await ann.groupRepeat('G1', 'once more');
  const dying = startReceiver(disk);
  await dying.receive(stanza);
  await dying.settled();
  for (const [place, { type }] of disk.keys) if (type === 'sender-key') disk.keys.delete(place);
  const me = startReceiver(disk);
  const again = await me.receive(stanza);
  assert.deepEqual([again.messageStubType, again.message?.conversation], [undefined, 'once more']);
  assert.equal((await me.receive(await ann.groupText('G2', 'next'))).message?.conversation, 'next');
  await me.settled();
  assert.deepEqual(textsIn(disk), ['once more', 'next']);
  assert.equal([...me.core.memory.idsOf('sender-key')].length, 1);
});

it('gives a redelivered talk between own devices back whole, so that it can be handled again', async () => {
  const disk = await newDisk();
  const phone = await startSender(disk, MY_LID);
  const share = {
    keys: [{ keyId: { keyId: Buffer.from('id') }, keyData: { keyData: Buffer.alloc(32, 3) } }],
  };
  const type = proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE;
  const stanza = await phone.raw('P1', { protocolMessage: { type, appStateSyncKeyShare: share } });
  const dying = startReceiver(disk);
  await dying.receive(stanza);
  await dying.settled();
  assert.deepEqual(disk.log, []);
  const again = await startReceiver(disk).receive(stanza);
  assert.equal(again.message?.protocolMessage?.appStateSyncKeyShare?.keys?.length, 1);
});

it('gives Baileys an empty part of the history in place of one to fetch, and keeps what announces it', async () => {
  const disk = await newDisk();
  const phone = await startSender(disk, MY_LID);
  const { HISTORY_SYNC_NOTIFICATION: type } = proto.Message.ProtocolMessage.Type;
  const historySyncNotification = { syncType: 3, chunkOrder: 2, directPath: '/far/away' };
  const me = startReceiver(disk);
  const got = await me.receive(await phone.raw('P1', { protocolMessage: { type, historySyncNotification } }));
  const given = got.message?.protocolMessage?.historySyncNotification ?? assert.fail();
  const { chats, messages, syncType } = await downloadAndProcessHistorySyncNotification(given, {});
  assert.deepEqual([chats, messages, syncType, given.chunkOrder], [[], [], 3, 2]);
  const kept = [...me.core.memory.idsOf('history')].map((id) => me.core.memory.find('history', id));
  assert.deepEqual(kept, [proto.Message.HistorySyncNotification.encode(historySyncNotification).finish()]);
});

it('takes the history from its own phone only', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  const { HISTORY_SYNC_NOTIFICATION: type } = proto.Message.ProtocolMessage.Type;
  const historySyncNotification = { syncType: 3, directPath: '/made/up' };
  await me.receive(await ann.raw('A1', { protocolMessage: { type, historySyncNotification } }));
  await me.settled();
  assert.deepEqual([...me.core.memory.idsOf('history')], []);
});

it('logs a message that is too large for the log without its content, and goes on', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  const text = '\u0001'.repeat(65_536);
  const contextInfo = { stanzaId: 'Q', quotedMessage: { conversation: text } };
  await me.receive(await ann.raw('A1', { extendedTextMessage: { text, contextInfo } }));
  await me.receive(await ann.text('A2', 'after it'));
  await me.settled();
  assert.deepEqual(textsIn(disk), [null, 'after it']);
  assert.ok((disk.log[0]?.raw?.length ?? 0) > 65_536);
});

it('logs what bears an absurdly long id under a shorter one, and goes on', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  const long = 'x'.repeat(600_000);
  for (const id of [`${long}1`, `${long}2`]) {
    await me.receive(await ann.text(id, 'hello'));
    const data = { waId: id, chat: { jid: ANN }, status: 'read' as const, at: 1_700_000_000 };
    me.core.tell({ type: 'message.status_changed', data });
  }
  await me.receive(await ann.text('A2', 'after it'));
  await me.settled();
  const logged = disk.log.map(({ type, data }) => [type, 'waId' in data ? data.waId.length : 0]);
  const [received, read] = [
    ['message.received', 577],
    ['message.status_changed', 577],
  ];
  assert.deepEqual(logged, [received, read, received, read, ['message.received', 2]]);
  assert.equal(new Set(disk.log.map(({ data }) => 'waId' in data && data.waId)).size, 3);
});

it('logs a notice that names absurdly many people with those that fit, and goes on', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  const people = Array.from({ length: 1_024 }, (_, n) => ({ jid: `${n}${'x'.repeat(4_000)}` }));
  const chat = { jid: '123-456@g.us' };
  const data = { waId: 'N1', chat, from: { jid: ANN }, timestamp: 1_700_000_000, people };
  me.core.tell({ type: 'group.participants_added', data });
  await me.receive(await ann.text('A2', 'after it'));
  await me.settled();
  assert.deepEqual(
    disk.log.map(({ type, data }) => [type, 'people' in data ? data.people.length : null]),
    [
      ['group.participants_added', 32],
      ['message.received', null],
    ],
  );
});

it('logs a reaction to an absurdly long id as a message, and goes on', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  const key = { id: '\u0001'.repeat(90_000), remoteJid: ANN };
  await me.receive(await ann.raw('A1', { reactionMessage: { key, text: '!' } }));
  await me.receive(await ann.text('A2', 'after it'));
  await me.settled();
  assert.deepEqual(textsIn(disk), [null, 'after it']);
});

it('logs both messages of a stanza that holds two', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  const [one, two] = [await ann.text('A1', 'first'), await ann.text('A1', 'second')];
  const parts = [one, two].flatMap(({ content }) => (Array.isArray(content) ? content : []));
  await me.receive({ ...one, content: parts });
  await me.settled();
  assert.deepEqual(textsIn(disk), ['first', 'second']);
});

it('decrypts nothing before it may', async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  let letIt = (): void => undefined;
  const allowed = new Promise<void>((resolve) => {
    letIt = resolve;
  });
  const me = startReceiver(disk, { mayDecrypt: () => allowed });
  const before = me.core.committer.newest();
  const coming = me.receive(await ann.text('A1', 'hello'));
  await turn();
  assert.equal(me.core.committer.newest(), before);
  letIt();
  assert.equal((await coming).message?.conversation, 'hello');
});

it('tells both names of a chat that the phone wrote to', async () => {
  const disk = await newDisk();
  const phone = await startSender(disk, MY_LID);
  const me = startReceiver(disk);
  const stanza = await phone.raw('P1', { deviceSentMessage: { message: { conversation: 'mine' } } });
  const attrs = { ...stanza.attrs, recipient: ANN, peer_recipient_pn: '4915111@s.whatsapp.net' };
  await me.receive({ ...stanza, attrs });
  await me.settled();
  const [event] = disk.log;
  assert.equal(event?.type, 'message.sent_elsewhere');
  assert.deepEqual(event?.data.chat, { jid: ANN, alt: '4915111@s.whatsapp.net' });
});

it("keeps no more of own devices' talk than the newest 200", async () => {
  const disk = await newDisk();
  const phone = await startSender(disk, MY_LID);
  const me = startReceiver(disk);
  const type = proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_REQUEST;
  for (let n = 0; n < 203; n++) await me.receive(await phone.raw(`P${n}`, { protocolMessage: { type } }));
  await me.settled();
  assert.equal([...me.core.memory.idsOf('handled')].length, 200);
});

it('keeps a token that is noted once the relay is over that began it', async () => {
  const disk = await newDisk();
  const me = startReceiver(disk);
  await me.noteTokenAfterRelay(ANN);
  await me.settled();
  assert.deepEqual([...me.core.memory.idsOf('tctoken')], [ANN]);
});

it('links both names of a person in the log, once', async () => {
  const disk = await newDisk();
  const me = startReceiver(disk);
  await me.link(ANN, '4915111@s.whatsapp.net');
  await me.link(ANN, '4915111@s.whatsapp.net');
  await me.settled();
  assert.deepEqual(
    disk.log.map(({ type, data }) => [type, data]),
    [['identity.linked', { lid: ANN, pn: '4915111@s.whatsapp.net' }]],
  );
});

it('keeps it from Baileys and the log that a stranger is me', async () => {
  const disk = await newDisk();
  const me = startReceiver(disk);
  await me.link(ANN, ME);
  await me.settled();
  assert.deepEqual([disk.log, me.core.memory.lidOf('491500')], [[], undefined]);
});

it("queues a sender's ratchet before the transaction of its relay is over", async () => {
  const disk = await newDisk();
  const ann = await startSender(disk);
  const me = startReceiver(disk);
  await me.receive(await ann.text('A1', 'hello'));
  assert.equal(await me.encryptInRelay(ANN), 1);
});
