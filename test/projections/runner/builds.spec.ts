import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Rebuild } from '../../../src/ports/rebuilds.ts';
import type { Checkpoint } from '../../../src/ports/view-store.ts';
import { asView, type View } from '../../../src/projections/projection.ts';
import { wantedBuilds } from '../../../src/projections/runner/builds.ts';

const view: View = asView({
  ...{ name: 'hours', version: 2, aggregates: [], collections: {} },
  touches: () => [],
  evolve: () => [],
});
const at = (id: string, live = false): Checkpoint => ({ id, position: 9, stream: 's', stop: null, live });
const rebuild = (id: string, outcome: Rebuild['outcome'], purpose: Rebuild['purpose'] = 'swap'): Rebuild => ({
  ...{ id, view: 'hours', purpose, outcome, askedAt: '2026-01-01T00:00:00Z' },
  ...{ eventsPerSecond: null, resumed: null, endedAt: outcome && '2026-01-01T00:00:01Z', verdict: null },
});
const ids = (checkpoints: readonly Checkpoint[], rebuilds: readonly Rebuild[] = []): string[] =>
  wantedBuilds([view], checkpoints, rebuilds).map(({ build }) => build.id);

it('the first build of a version is made where there is none, whatever other versions have', () => {
  assert.deepEqual(ids([]), ['hours_v2']);
  assert.deepEqual(ids([at('hours_v1', true), at('hours_v1_r2')], [rebuild('hours_v1_r2', 'swapped')]), [
    'hours_v2',
  ]);
});

it('the build that serves is kept up to date, and those that are asked for beside it', () => {
  const known = [at('hours_v2'), at('hours_v2_r2', true)];
  const asked = [rebuild('hours_v2_r3', null), rebuild('hours_v2_r2', 'swapped')];
  assert.deepEqual(ids(known, asked), ['hours_v2_r2', 'hours_v2_r3']);
});

it('after a rollback and back, what served last serves again, not what it had replaced', () => {
  const rolledBack = [at('hours_v1', true), at('hours_v2'), at('hours_v2_r2'), at('hours_v2_r3')];
  const swapped = rebuild('hours_v2_r2', 'swapped');
  assert.deepEqual(ids(rolledBack, [swapped]), ['hours_v2_r2']);
  assert.deepEqual(ids(rolledBack, [rebuild('hours_v2_r3', 'cancelled'), swapped]), ['hours_v2_r2']);
  assert.deepEqual(ids(rolledBack, [rebuild('hours_v2_r3', 'swapped'), swapped]), ['hours_v2_r3']);
  // it was dropped meanwhile
  assert.deepEqual(ids([at('hours_v1', true), at('hours_v2')], [swapped]), ['hours_v2']);
});
