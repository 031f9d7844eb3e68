import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Manifest } from '../../src/archive/manifest.ts';
import { purgeLog } from '../../src/archive/purge.ts';

const STATE = { created: 'C', firstSeq: 1, lastSeq: 9, messages: 9, bytes: 1, maxBytes: 0, purgedUpto: 0 };
const MANIFEST = {
  stream: { name: 'WILDCAT', created: 'C' },
  account: null,
  from: 1,
  to: 9,
} as Manifest;

it('leaves what is looked up later: accounts, webhooks, how far their history has come, and who is blocked', async () => {
  const purged: string[] = [];
  const log = {
    state: async () => STATE,
    next: async () => null,
    purge: async (_: number, kinds: readonly string[]) => void purged.push(...kinds),
  };
  await purgeLog(log, 9, MANIFEST, []);
  for (const gone of ['message', 'chat', 'contact.saved', 'contact.renamed'])
    assert.ok(purged.includes(gone), gone);
  for (const kept of ['account', 'history', 'webhook', 'contact', 'contact.blocked', 'contact.unblocked'])
    assert.ok(!purged.includes(kept), kept);
});
