import assert from 'node:assert/strict';
import { it } from 'node:test';
import { backoff } from '../../../src/adapters/services/supervise.ts';
import { isAtLeast, versionIn } from '../../../src/adapters/services/versions.ts';

it('finds versions as programs print them', () => {
  assert.deepEqual(versionIn('nats-server: v2.15.1'), [2, 15, 1]);
  assert.deepEqual(versionIn('db version v8.2.6-rc0'), [8, 2, 6]);
  assert.equal(versionIn('none'), null);
});

it('compares them as numbers, not as text', () => {
  for (const good of ['2.12.1', '2.12.10', '2.15.0', '2.13', '3.0.0'])
    assert.equal(isAtLeast(good, [2, 12, 1]), true, good);
  for (const bad of ['2.9.10', '2.11.9', '2.12.0', '2.12', '1.99.0', 'dev'])
    assert.equal(isAtLeast(bad, [2, 12, 1]), false, bad);
});

it('waits longer between failing starts, up to 5 s', () => {
  assert.deepEqual([0, 1, 2, 5, 6, 60].map(backoff), [100, 200, 400, 3_200, 5_000, 5_000]);
});
