import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Checkpoint } from '../../../src/ports/view-store.ts';
import { accountsProjection } from '../../../src/projections/accounts.ts';
import { asView, buildOf } from '../../../src/projections/projection.ts';
import { type Situation, statusOf } from '../../../src/projections/runner/status.ts';

const view = asView(accountsProjection);
const member = (over: Partial<Checkpoint>) => ({
  view,
  build: buildOf(view),
  checkpoint: { id: 'accounts_v1', position: 10, stream: 's', live: true, stop: null, ...over },
});
const situation: Situation = {
  head: 12,
  goal: 10,
  trouble: null,
  standby: false,
  pending: new Map([['accounts_v1', '2026-01-01T00:00:00.000Z']]),
  now: new Date('2026-01-01T00:00:03.500Z'),
};
const stop = { status: 'poisoned', seq: 11, error: 'broken', at: '2026-01-01T00:00:01.000Z' } as const;

it('lag in positions, and the age of the oldest event in hand', () => {
  const { head, position, lag, lagSeconds, state } = statusOf(member({}), situation);
  assert.deepEqual([head, position, lag, lagSeconds, state], [12, 10, 2, 3.5, 'running']);
  assert.equal(statusOf(member({}), { ...situation, pending: new Map() }).lagSeconds, 0);
});
it('each state has its name, the gravest first', () => {
  const state = (over: Partial<Checkpoint>, about: Partial<Situation> = {}) =>
    statusOf(member(over), { ...situation, ...about }).state;
  assert.equal(state({ position: 9 }), 'rebuilding');
  assert.equal(state({ live: false }), 'rebuilding');
  assert.equal(state({}, { standby: true }), 'standby');
  assert.equal(state({ live: false }, { standby: true }), 'rebuilding');
  assert.equal(state({}, { standby: true, trouble: 'mongo is away' }), 'waiting');
  assert.equal(state({ stop }, { trouble: 'mongo is away' }), 'poisoned');
  assert.equal(state({ stop: { ...stop, status: 'stopped' } }), 'stopped');
});
it('a stopped view falls behind by the event that it stands at', () =>
  assert.equal(statusOf(member({ stop }), situation).lagSeconds, 2.5));
