import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { BaileysEventMap } from '@whiskeysockets/baileys';
import type { Directory } from '../../../../src/adapters/baileys/reading/addresses.ts';
import { callEvent } from '../../../../src/adapters/baileys/taps/calls.ts';
import {
  chatStateEvents,
  createStateTaps,
  receiptEvent,
} from '../../../../src/adapters/baileys/taps/state.ts';

const directory: Directory = {
  me: () => ({ pn: '491500:7@s.whatsapp.net', lid: '900:7@lid' }),
  lidOf: (user) => (user === '4915111111' ? '111' : undefined),
  pnOf: (user) => (user === '111' ? '4915111111' : undefined),
};
const ANN = { jid: '111@lid', alt: '4915111111@s.whatsapp.net' };
const GROUP = '123-456@g.us';

for (const [update, type, more] of [
  [{ archived: true }, 'chat.archived', {}],
  [{ archived: false }, 'chat.unarchived', {}],
  [{ pinned: 1_700_000_000_000 }, 'chat.pinned', { at: 1_700_000_000 }],
  [{ pinned: null }, 'chat.unpinned', {}],
  [{ muteEndTime: -1 }, 'chat.muted', { until: -1 }],
  [{ muteEndTime: null }, 'chat.unmuted', {}],
  [{ unreadCount: 0 }, 'chat.marked_read', {}],
  [{ unreadCount: -1 }, 'chat.marked_unread', {}],
] as const)
  it(`reads ${JSON.stringify(update)} of the app state as ${type}`, () =>
    assert.deepEqual(chatStateEvents({ id: ANN.alt, conditional: undefined, ...update }, directory), [
      { type, data: { chat: ANN, ...more } },
    ]));

it('takes nothing from an update that is derived from messages, or that says nothing', () => {
  assert.deepEqual(chatStateEvents({ id: ANN.alt, unreadCount: 0, archived: false }, directory), []);
  assert.deepEqual(
    chatStateEvents({ id: ANN.alt, conditional: undefined, unreadCount: null }, directory),
    [],
  );
});

it('leaves out what garbage in the app state names, and takes what else comes', () => {
  const told: string[] = [];
  const taps = createStateTaps({ directory, tell: ({ type }) => void told.push(type) });
  const emit = <Event extends keyof typeof taps & keyof BaileysEventMap>(event: Event, data: unknown) =>
    taps[event]?.(data as never);
  for (const id of [undefined, null, '', 7, {}, [], true, ANN.jid]) {
    emit('chats.update', [{ id, conditional: undefined, archived: true }]);
    emit('chats.lock', { id, locked: id === ANN.jid });
    emit('contacts.upsert', [{ id, name: 'Ann' }]);
    emit('labels.edit', { id, name: 'New', color: 1, deleted: false });
    for (const association of [
      { type: 'label_jid', labelId: '1', chatId: id },
      { type: 'label_jid', labelId: id, chatId: ANN.jid },
      { type: 'label_message', labelId: '1', chatId: ANN.jid, messageId: id },
    ])
      emit('labels.association', { type: 'add', association });
  }
  const attached = Array(3).fill('label.attached');
  assert.deepEqual(told, ['chat.archived', 'chat.locked', 'contact.saved', 'label.saved', ...attached]);
});

it('reads calls by who calls, ringing and transport aside', () => {
  const call = {
    id: 'C1',
    chatId: ANN.jid,
    from: ANN.jid,
    date: new Date(5_000),
    offline: false,
    isVideo: true,
  };
  assert.deepEqual(callEvent({ ...call, status: 'offer', callerPn: ANN.alt }, directory), {
    type: 'call.offered',
    data: { callId: 'C1', chat: ANN, from: ANN, isVideo: true, isGroup: false, timestamp: 5 },
  });
  assert.equal(callEvent({ ...call, status: 'ringing' }, directory), null);
  for (const [status, type] of [
    ['accept', 'call.accepted'],
    ['reject', 'call.rejected'],
    ['terminate', 'call.ended'],
  ] as const)
    assert.equal(callEvent({ ...call, status }, directory)?.type, type);
  for (const half of [{ id: '' }, { from: '' }])
    assert.equal(callEvent({ ...call, status: 'offer', ...half }, directory), null);
  const inGroup = callEvent({ ...call, status: 'timeout', isGroup: true, groupJid: GROUP }, directory);
  assert.equal(inGroup?.type, 'call.missed');
  assert.deepEqual('chat' in inGroup.data && inGroup.data.chat, { jid: GROUP });
  assert.equal('isGroup' in inGroup.data && inGroup.data.isGroup, true);
});

it('reads the receipts of others for own messages in a group', () => {
  const key = { id: 'M1', remoteJid: GROUP, fromMe: true };
  assert.deepEqual(receiptEvent({ key, receipt: { userJid: ANN.alt, readTimestamp: 9 } }, directory), {
    type: 'message.receipt_received',
    data: { waId: 'M1', chat: { jid: GROUP }, by: ANN, status: 'read', at: 9 },
  });
  assert.equal(receiptEvent({ key, receipt: { userJid: '900@lid', readTimestamp: 9 } }, directory), null);
  const theirs = { ...key, fromMe: false };
  assert.equal(
    receiptEvent({ key: theirs, receipt: { userJid: ANN.jid, readTimestamp: 9 } }, directory),
    null,
  );
});
