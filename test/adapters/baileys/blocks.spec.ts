import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { type Block, blockChanges } from '../../../src/adapters/baileys/block-changes.ts';
import { compareBlocks } from '../../../src/adapters/baileys/blocks.ts';
import type { Directory } from '../../../src/adapters/baileys/reading/addresses.ts';
import type { WildcatEvent } from '../../../src/events/codec.ts';
import type { Address } from '../../../src/events/ids.ts';
import { silentLog } from '../../support/silent-log.ts';

const directory: Directory = {
  me: () => ({ pn: '491500@s.whatsapp.net', lid: '900@lid' }),
  lidOf: (user) => (user === '4915111111' ? '111' : undefined),
  pnOf: (user) => (user === '111' ? '4915111111' : undefined),
};
const ANN_PN = '4915111111@s.whatsapp.net';
const ANN: Address = { jid: '111@lid', alt: ANN_PN };
const BEN: Address = { jid: '222@lid' };
const blocked = (chat: Address): Block => ({ type: 'contact.blocked', data: { chat } });
const unblocked = (chat: Address): Block => ({ type: 'contact.unblocked', data: { chat } });
const changes = (told: readonly Block[], listed: readonly Address[]) => blockChanges(told, listed, directory);

it('tells who is blocked and not known to be, and who is no longer', () => {
  assert.deepEqual(changes([], [ANN, BEN]), [blocked(ANN), blocked(BEN)]);
  assert.deepEqual(changes([blocked(ANN)], [BEN]), [unblocked(ANN), blocked(BEN)]);
  assert.deepEqual(changes([blocked(ANN), unblocked(ANN)], [ANN]), [blocked(ANN)]);
});

it('tells nothing that is known, in whatever order and under whatever name it was told', () => {
  assert.deepEqual(changes([], []), []);
  assert.deepEqual(changes([blocked(BEN), blocked(ANN)], [ANN, BEN]), []);
  assert.deepEqual(changes([blocked(ANN), unblocked(ANN)], []), []);
  assert.deepEqual(changes([unblocked(ANN), blocked({ jid: ANN_PN })], [ANN]), []);
  assert.deepEqual(changes([blocked({ jid: ANN_PN })], []), [unblocked(ANN)]);
});

it('takes neither silence nor an answer without a list for nobody being blocked', async () => {
  const iq = (...content: BinaryNode[]): BinaryNode => ({ tag: 'iq', attrs: { type: 'result' }, content });
  const item = { tag: 'item', attrs: { jid: BEN.jid } };
  const changesAt = async (answer: BinaryNode | undefined): Promise<WildcatEvent[]> => {
    const told: WildcatEvent[] = [];
    await compareBlocks({
      core: { committer: { whenDurable: async () => undefined }, directory, tell: (one) => told.push(one) },
      // a query that was not answered in time resolves to undefined in rc14
      sock: () => ({ query: async () => answer }),
      logged: async () => [blocked(ANN)],
      logger: silentLog,
    });
    return told;
  };
  for (const answer of [undefined, iq()]) assert.deepEqual(await changesAt(answer), []);
  const list = (...content: BinaryNode[]) => iq({ tag: 'list', attrs: {}, content });
  assert.deepEqual(await changesAt(list()), [unblocked(ANN)]);
  assert.deepEqual(await changesAt(list(item)), [unblocked(ANN), blocked(BEN)]);
});
