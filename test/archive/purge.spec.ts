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

it('leaves what decisions are made from: accounts, webhooks, and how far their history has come', async () => {
  const purged: string[] = [];
  const log = {
    state: async () => STATE,
    next: async () => null,
    purge: async (_: number, aggregates: readonly string[]) => void purged.push(...aggregates),
  };
  await purgeLog(log, 9, MANIFEST, []);
  assert.ok(purged.includes('message') && purged.includes('chat'), purged.join());
  for (const kept of ['account', 'history', 'webhook']) assert.ok(!purged.includes(kept), kept);
});
