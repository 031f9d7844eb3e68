import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createActs } from '../../../../src/adapters/baileys/acts/acts.ts';
import { modificationsOf, removalOf, starPatch } from '../../../../src/adapters/baileys/acts/chats.ts';
import { signal } from '../../../../src/adapters/baileys/signals.ts';

const CHAT = '100000000000001@lid';
const KEY = { id: 'M1', remoteJid: CHAT, fromMe: false };

describe('an answer to a change', () => {
  const asks = {
    read: { chat: CHAT, keys: [KEY] },
    chatSettings: { chat: CHAT, settings: { pinned: true }, last: null },
    chatRemove: { chat: CHAT, what: 'chat', last: null },
    star: { key: KEY, on: true },
  } as const;
  for (const name of ['read', 'chatSettings', 'chatRemove', 'star'] as const)
    it(`comes once the log has what came of it: ${name}`, async () => {
      const order: string[] = [];
      const [logged, log] = signal();
      const done = async (): Promise<void> => void order.push('WhatsApp');
      const acts = createActs({
        // all of the socket that these use
        sock: () => ({ readMessages: done, chatModify: done, appPatch: done }) as never,
        directory: { me: () => ({ pn: null, lid: null }), lidOf: () => undefined, pnOf: () => undefined },
        tell: () => undefined,
        durable: () => logged.then(() => void order.push('log')),
        calls: {} as never,
        fetchPicture: () => Promise.reject(new Error('none')),
      });
      const act = acts[name] as (ask: object) => Promise<null>;
      const answered = act(asks[name]).then(() => order.push('answer'));
      await new Promise(setImmediate);
      assert.deepEqual(order, ['WhatsApp']);
      log();
      await answered;
      assert.deepEqual(order, ['WhatsApp', 'log', 'answer']);
    });
});

it('each thing that is set is a change of its own, with the newest message where phones look at it', () => {
  const lastMessages = [{ key: KEY, messageTimestamp: 7 }];
  assert.deepEqual(
    modificationsOf(
      { archived: true, pinned: false, markedUnread: true, mutedUntil: 60 },
      { key: KEY, timestamp: 7 },
    ),
    [{ archive: true, lastMessages }, { pin: false }, { markRead: false, lastMessages }, { mute: 60_000 }],
  );
  assert.deepEqual(modificationsOf({ mutedUntil: -1 }, null), [{ mute: -1 }]);
  assert.deepEqual(modificationsOf({ mutedUntil: null }, null), [{ mute: null }]);
  assert.deepEqual(modificationsOf({ archived: false }, null), [{ archive: false, lastMessages: [] }]);
});

it('a chat goes up to its newest message: what comes meanwhile stays', () => {
  const lastMessages = [{ key: KEY, messageTimestamp: 7 }];
  assert.deepEqual(removalOf('chat', { key: KEY, timestamp: 7 }), { delete: true, lastMessages });
  assert.deepEqual(removalOf('messages', { key: KEY, timestamp: 7 }), { clear: true, lastMessages });
  assert.deepEqual(removalOf('chat', null), { delete: true, lastMessages: [] });
});

it('a star names the message by its author, too, where others write', () => {
  const group = { id: 'M1', remoteJid: '123-456@g.us', fromMe: false, participant: CHAT };
  for (const [key, index] of [
    [KEY, ['star', CHAT, 'M1', '0', '0']],
    [group, ['star', group.remoteJid, 'M1', '0', CHAT]],
    [{ ...group, fromMe: true }, ['star', group.remoteJid, 'M1', '1', '0']],
  ] as const)
    for (const on of [true, false]) {
      const patch = starPatch({ key, on });
      assert.deepEqual(patch.index, index);
      assert.deepEqual(patch.syncAction.starAction, { starred: on });
    }
});
