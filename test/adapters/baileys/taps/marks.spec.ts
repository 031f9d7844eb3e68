import assert from 'node:assert/strict';
import { it } from 'node:test';
import { processSyncAction, proto } from '@whiskeysockets/baileys';
import { createEntries, entryOf } from '../../../../src/adapters/baileys/mends/entries.ts';
import { baileysLogger } from '../../../../src/adapters/baileys/mends/quiet.ts';
import type { Directory } from '../../../../src/adapters/baileys/reading/addresses.ts';
import { markEvent } from '../../../../src/adapters/baileys/taps/marks.ts';

const directory: Directory = {
  me: () => ({ pn: '491500:7@s.whatsapp.net', lid: '900:7@lid' }),
  lidOf: (user) => (user === '4915111111' ? '111' : undefined),
  pnOf: (user) => (user === '111' ? '4915111111' : undefined),
};
const ME = { jid: '900@lid', alt: '491500@s.whatsapp.net' };
const ANN = { jid: '111@lid', alt: '4915111111@s.whatsapp.net' };
const GROUP = '123-456@g.us';
const AT = 1_700_000_000;

const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => logger };

/** What Baileys itself makes of an entry of the app state, read as the taps read it. */
const told = (index: string[], value: proto.ISyncActionValue) => {
  const entries = createEntries();
  const found: unknown[] = [];
  const read = (type: Parameters<typeof markEvent>[0], key: proto.IMessageKey) =>
    found.push(markEvent(type, key, { directory, entries }, 1));
  const ev = {
    emit: (event: string, data: never) => {
      if (event === 'messages.delete')
        for (const key of (data as { keys: proto.IMessageKey[] }).keys) read('message.deleted_for_me', key);
      if (event === 'messages.update')
        for (const { key, update } of data as { key: proto.IMessageKey; update: { starred: boolean } }[])
          read(update.starred ? 'message.starred' : 'message.unstarred', key);
      return true;
    },
  };
  const encoded = proto.SyncActionData.encode({ index: Buffer.from(JSON.stringify(index)), value }).finish();
  const syncAction = proto.SyncActionData.decode(encoded);
  const line = baileysLogger(logger, (fields, text) => {
    const entry = entryOf(fields, text);
    if (entry !== null) entries.note(entry);
  });
  processSyncAction({ syncAction, index } as never, ev as never, { id: '1@s.whatsapp.net' }, undefined, line);
  return found;
};
const timestamp = AT * 1_000;

it('reads stars with the author that rc14 leaves out, and with their time', () => {
  for (const [index, chat, target] of [
    [['star', ANN.alt, 'M', '0', '0'], ANN, { waId: 'M', fromMe: false, author: ANN }],
    [['star', ANN.jid, 'M', '1', '0'], ANN, { waId: 'M', fromMe: true, author: ME }],
    [['star', GROUP, 'M', '0', ANN.alt], { jid: GROUP }, { waId: 'M', fromMe: false, author: ANN }],
    [['star', GROUP, 'M', '1', '0'], { jid: GROUP }, { waId: 'M', fromMe: true, author: ME }],
    [['star', GROUP, 'M', '0', '0'], { jid: GROUP }, { waId: 'M', fromMe: false, author: { jid: '' } }],
  ] as const)
    for (const starred of [true, false])
      assert.deepEqual(told([...index], { timestamp, starAction: { starred } }), [
        { type: starred ? 'message.starred' : 'message.unstarred', data: { chat, at: AT, target } },
      ]);
});

it('reads what was deleted on the own devices alone', () => {
  const index = ['deleteMessageForMe', GROUP, 'M', '0', ANN.jid];
  const target = { waId: 'M', fromMe: false, author: ANN };
  const data = { chat: { jid: GROUP }, target };
  const action = { deleteMessageForMeAction: { deleteMedia: false } };
  assert.deepEqual(told(index, { timestamp, ...action }), [
    { type: 'message.deleted_for_me', data: { ...data, at: AT } },
  ]);
  // without a time it was now
  assert.deepEqual(told(index, action), [{ type: 'message.deleted_for_me', data: { ...data, at: 1 } }]);
});

it('leaves out what names no message, and takes no author from the entry of another one', () => {
  const entries = createEntries();
  for (const id of [undefined, null, '', 7, {}, 'x'.repeat(1_025)])
    for (const key of [
      { remoteJid: GROUP, id },
      { remoteJid: id, id: 'M' },
    ])
      assert.equal(markEvent('message.starred', key as never, { directory, entries }, 1), null);
  for (const index of [['star', GROUP, 'N', '0', ANN.jid], ['star'], [], [{}]])
    entries.note({ index, value: {} });
  const found = markEvent('message.starred', { remoteJid: GROUP, id: 'M' }, { directory, entries }, 1);
  assert.deepEqual(found?.data.target.author, { jid: '' });
});
