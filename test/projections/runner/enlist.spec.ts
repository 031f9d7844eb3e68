import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messagesProjection } from '../../../src/projections/messages.ts';
import { asView, buildNamed, buildOf } from '../../../src/projections/projection.ts';
import { isOutdated } from '../../../src/projections/runner/enlist.ts';
import type { Member } from '../../../src/projections/runner/lane.ts';

const SWAPPED = Date.parse('2026-01-01T00:00:00Z');

it('keeps a build that was replaced until nobody can have its name any more, whatever is asked for', async () => {
  const view = asView(messagesProjection);
  const member = (id: string, live: boolean): Member => ({
    view,
    build: buildNamed(view, id),
    checkpoint: { id, position: 9, stream: 's', stop: null, live },
    ...(live ? {} : { retiredAt: SWAPPED }),
  });
  const old = buildOf(view).id;
  const members = [member(old, false), member(`${old}_r2`, true)];
  const rebuilds = { list: async () => [], discards: async () => [old] };
  const store = { rebuilds, checkpoints: async () => members.map(({ checkpoint }) => checkpoint) } as never;
  const isOutdatedAt = (ms: number): Promise<boolean> =>
    isOutdated({ store, now: () => new Date(SWAPPED + ms) }, [view], members);
  assert.equal(await isOutdatedAt(1_900), false);
  assert.equal(await isOutdatedAt(2_100), true);
});
