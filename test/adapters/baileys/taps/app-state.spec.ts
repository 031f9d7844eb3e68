import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import { createEntries, entryOf } from '../../../../src/adapters/baileys/mends/entries.ts';
import type { Directory } from '../../../../src/adapters/baileys/reading/addresses.ts';
import { goneEvent, tapActions } from '../../../../src/adapters/baileys/taps/app-state.ts';

const directory: Directory = {
  me: () => ({ pn: null, lid: null }),
  lidOf: () => '111',
  pnOf: () => undefined,
};
const ANN_PN = '4915111111@s.whatsapp.net';
const ANN = { jid: '111@lid', alt: ANN_PN };
const AT = 1_767_225_600;

/** As rc14 reads it from a patch. */
const told = (index: unknown, value: proto.ISyncActionValue) => ({
  initialSync: false,
  syncAction: {
    index,
    syncAction: proto.SyncActionData.decode(
      proto.SyncActionData.encode({ value: { timestamp: AT * 1_000 + 999, ...value } }).finish(),
    ),
  },
});
const range = (
  lastMessageTimestamp: number | null = null,
  lastSystemMessageTimestamp: number | null = null,
) => ({
  messageRange: { lastMessageTimestamp, lastSystemMessageTimestamp },
});
const LINE = 'processing sync action';
const gone = (index: unknown, value: proto.ISyncActionValue) => {
  const entry = entryOf(told(index, value), LINE);
  return entry && goneEvent(entry, directory, 1);
};

it('reads a deleted chat, until its last message or notice', () => {
  const until = (upTo: number) => ({ type: 'chat.deleted', data: { chat: ANN, at: AT, upTo } });
  const index = ['deleteChat', ANN_PN, '1'];
  assert.deepEqual(gone(index, { deleteChatAction: range(AT - 60) }), until(AT - 60));
  assert.deepEqual(gone(index, { deleteChatAction: range(AT - 60, AT - 50) }), until(AT - 50));
  assert.deepEqual(gone(index, { deleteChatAction: range() }), until(AT), 'an empty chat');
  assert.deepEqual(gone(index, { deleteChatAction: {} }), until(AT), 'no range');
  const data = { chat: ANN, at: 1, upTo: 1 };
  const timeless = gone(index, { timestamp: null, deleteChatAction: {} });
  assert.deepEqual(timeless, { type: 'chat.deleted', data }, 'without a time it was now');
});

it('reads a cleared chat, and whether what is starred stays', () => {
  const data = { chat: ANN, at: AT, upTo: AT - 60 };
  for (const [word, keepsStarred] of [
    ['1', false],
    ['0', true],
  ] as const)
    assert.deepEqual(gone(['clearChat', ANN_PN, word, '0'], { clearChatAction: range(AT - 60) }), {
      type: 'chat.cleared',
      data: { ...data, keepsStarred },
    });
});

it('takes nothing from garbage, nor from what is emitted anyway', () => {
  const action = { deleteChatAction: range(AT), clearChatAction: range(AT) };
  for (const index of [
    undefined,
    null,
    {},
    'deleteChat',
    [],
    ['deleteChat'],
    ['deleteChat', ''],
    ['deleteChat', 7],
  ])
    assert.equal(gone(index, action), null, JSON.stringify(index));
  assert.equal(gone(['archive', ANN_PN], { archiveChatAction: { archived: true } }), null);
  assert.equal(gone(['deleteChat', ANN_PN, '1'], {}), null, 'the entry itself was removed');
  for (const fields of [undefined, null, 'text', {}, { syncAction: null }])
    assert.equal(entryOf(fields, LINE), null);
});

it('hears of it by the log that rc14 is given, and keeps the entry for those who have to ask', () => {
  const [types, noted]: [string[], unknown[]] = [[], []];
  const heard = tapActions(
    {
      directory,
      tell: ({ type }) => void types.push(type),
      entries: { ...createEntries(), note: (entry) => void noted.push(entry) },
    },
    () => new Date(0),
  );
  const fields = told(['deleteChat', ANN_PN, '1'], { deleteChatAction: {} });
  heard(fields, 'something else');
  heard(fields, LINE);
  assert.deepEqual([types, noted], [['chat.deleted'], [entryOf(fields, LINE)]]);
});
