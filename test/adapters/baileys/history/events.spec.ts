import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto, type WAMessage, WAMessageStubType } from '@whiskeysockets/baileys';
import { historyEventsOf } from '../../../../src/adapters/baileys/history/events.ts';
import type { Directory } from '../../../../src/adapters/baileys/reading/addresses.ts';

const { INITIAL_BOOTSTRAP, RECENT } = proto.HistorySync.HistorySyncType;
const directory: Directory = {
  me: () => ({ pn: '491500@s.whatsapp.net', lid: '900@lid' }),
  lidOf: () => undefined,
  pnOf: () => undefined,
};

it('tells of each chat in the first part whether messages disappear there, and later not', () => {
  const chats = [
    { id: '1@lid', ephemeralExpiration: 86_400 },
    { id: '2@lid', ephemeralExpiration: 0 },
    { id: '3@lid' },
  ];
  const timers = (syncType: proto.HistorySync.HistorySyncType) =>
    historyEventsOf({ chats, contacts: [], messages: [], syncType }, 'p1', directory).flatMap(({ event }) =>
      event.type === 'chat.imported' ? [event.data.disappearing] : [],
    );
  assert.deepEqual(timers(INITIAL_BOOTSTRAP), [86_400, 0, 0]);
  assert.deepEqual(timers(RECENT), [undefined, undefined, undefined]);
});

it('takes the newest of absurdly many reactions, so that their message fits the log', () => {
  const reactions = Array.from({ length: 5_000 }, (_, n) => ({
    key: { remoteJid: '120363@g.us', participant: `${n}@lid` },
    text: '👍',
  }));
  const key = { id: 'A1', remoteJid: '120363@g.us', participant: '7@lid', fromMe: false };
  const message = { key, message: { conversation: 'hi' }, messageTimestamp: 7, reactions };
  const [told] = historyEventsOf({ chats: [], contacts: [], messages: [message] }, 'p1', directory);
  const kept = told?.event.type === 'message.imported' ? (told.event.data.reactions ?? []) : [];
  assert.deepEqual([kept.length, kept.at(-1)?.from.jid], [1_024, '4999@lid']);
});

/** What the messages of a part are told as, without what is the same for all. */
const imported = (...messages: WAMessage[]) =>
  historyEventsOf({ chats: [], contacts: [], messages }, 'p1', directory).flatMap(({ event }) =>
    event.type === 'message.imported' ? [event.data] : [],
  );
const mine = { id: 'S1', remoteJid: '1@lid', fromMe: true };
const theirs = { id: 'A1', remoteJid: '120363@g.us', fromMe: false };
const said = { message: { conversation: 'hi' }, messageTimestamp: 7 };

it('tells of own messages how far they got, of others who wrote them, and what was deleted as deleted', () => {
  const status = proto.WebMessageInfo.Status.READ;
  const [own] = imported({ key: mine, status, ...said });
  assert.deepEqual([own?.fromMe, own?.status, own?.from?.jid], [true, 'read', '900@lid']);
  const [other] = imported({ key: theirs, participant: '7@lid', status, ...said });
  assert.deepEqual([other?.fromMe, other?.status, other?.from?.jid], [false, undefined, '7@lid']);
  const messageStubType = WAMessageStubType.REVOKE;
  const [gone] = imported({ key: mine, messageTimestamp: 7, messageStubType });
  assert.deepEqual([gone?.revoked, gone?.content.text], [true, null]);
});

it('leaves out what says nothing', () => {
  const empty = [
    { key: mine, messageTimestamp: 7 },
    { key: mine, messageTimestamp: 7, message: {} },
  ];
  assert.deepEqual(imported(...empty), []);
});

it('tells people and chats first, messages then, and last the part with what it held', () => {
  const chats = [{ id: '1@lid', pnJid: '4915111@s.whatsapp.net' }];
  const contacts = [{ id: '1@lid', notify: 'Ann' }];
  const part = { chats, contacts, messages: [{ key: mine, ...said }], syncType: RECENT, progress: 40 };
  const told = historyEventsOf(part, 'p1', directory).map(({ event }) => event);
  assert.deepEqual(
    told.map(({ type }) => type),
    ['contact.renamed', 'chat.imported', 'message.imported', 'history.part_imported'],
  );
  const [, chat, , end] = told.map(({ data }) => data);
  assert.deepEqual(chat, { chat: { jid: '1@lid', alt: '4915111@s.whatsapp.net' }, part: 'p1' });
  assert.deepEqual(end, { part: 'p1', kind: 'recent', progress: 40, chats: 1, messages: 1 });
});

it('calls a chat complete where the phone has nothing older, but not by the first part', () => {
  const endOfHistoryTransferType =
    proto.Conversation.EndOfHistoryTransferType.COMPLETE_AND_NO_MORE_MESSAGE_REMAIN_ON_PRIMARY;
  const chats = [{ id: '1@lid', endOfHistoryTransferType }];
  const complete = (syncType: proto.HistorySync.HistorySyncType) =>
    historyEventsOf({ chats, contacts: [], messages: [], syncType }, 'p1', directory).flatMap(({ event }) =>
      event.type === 'chat.imported' ? [event.data.complete] : [],
    );
  assert.deepEqual([complete(INITIAL_BOOTSTRAP), complete(RECENT)], [[undefined], [true]]);
});
