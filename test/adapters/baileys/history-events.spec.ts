import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import type { Directory } from '../../../src/adapters/baileys/addresses.ts';
import { historyEventsOf } from '../../../src/adapters/baileys/history-events.ts';

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
