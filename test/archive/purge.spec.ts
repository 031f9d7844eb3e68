import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Manifest } from '../../src/archive/manifest.ts';
import { purgeLog } from '../../src/archive/purge.ts';
import { hasCode } from '../../src/errors.ts';

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

for (const [what, manifest, position, why] of [
  ['the archive is of another log', { stream: { name: 'WILDCAT', created: 'B' } }, 9, /this one is of C/],
  ['the archive is of one account', { account: 'shop' }, 9, /holds the account shop only/],
  ['the archive begins too late', { from: 2 }, 9, /begins at 2, the log at 1/],
  ['the archive ends too early', { to: 8 }, 9, /ends at 8, before 9/],
  ['somebody has still to read', {}, 4, /view stands at 4 and has still to read event 5/],
] as const)
  it(`takes nothing away where ${what}`, async () => {
    const purged: number[] = [];
    const log = {
      state: async () => STATE,
      next: async (_: string, after: number) => after + 1,
      purge: async (upto: number) => void purged.push(upto),
    };
    const readers = [{ name: 'view', subjects: ['wildcat.>'], position }];
    await assert.rejects(
      purgeLog(log, 9, { ...MANIFEST, ...manifest }, readers),
      (error) => hasCode(error, 'invalid') && why.test(error.message),
    );
    assert.deepEqual(purged, []);
  });
