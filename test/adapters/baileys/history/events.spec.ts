import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
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
