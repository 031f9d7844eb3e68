import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messagesProjection } from '../../../src/projections/messages.ts';
import { asView, buildNamed, buildOf } from '../../../src/projections/projection.ts';
import { changeOf } from '../../../src/projections/runner/enlist.ts';
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
  const changeAt = (ms: number) => changeOf({ store, now: () => new Date(SWAPPED + ms) }, [view], members);
  assert.equal(await changeAt(1_900), null);
  assert.equal(await changeAt(2_100), 'outdated');
});

it('of two versions side by side the newer serves: the older leaves it, the newer takes it back', async () => {
  const view = asView(messagesProjection);
  const own = buildOf(view).id;
  const at = (id: string, live: boolean) => ({ id, position: 9, stream: 's', stop: null, live });
  const serving: Member = { view, build: buildOf(view), checkpoint: at(own, true) };
  const building: Member = { view, build: buildOf(view), checkpoint: at(own, false) };
  const change = (member: Member, shown: string) => {
    const known = [at(own, shown === own), ...(shown === own ? [] : [at(shown, true)])];
    const rebuilds = { list: async () => [], discards: async () => [] };
    const store = { rebuilds, checkpoints: async () => known } as never;
    return changeOf({ store, now: () => new Date(SWAPPED) }, [view], [member]);
  };
  const [older, newer] = [`messages_v${view.version - 1}`, `messages_v${view.version + 1}_r2`];
  assert.equal(await change(serving, own), null);
  assert.equal(await change(serving, newer), 'overtaken');
  assert.equal(await change(serving, older), 'outdated');
  // after a rollback: it is to be shown once it has caught up
  assert.equal(await change(building, newer), null);
  assert.equal(await change(building, older), null);
});
