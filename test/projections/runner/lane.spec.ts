import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messagesProjection } from '../../../src/projections/messages.ts';
import { asView, buildOf } from '../../../src/projections/projection.ts';
import { applyBatch, type LaneDeps, type Member } from '../../../src/projections/runner/lane.ts';
import { Overtaken, Poison } from '../../../src/projections/runner/retry.ts';
import { createRunSize } from '../../../src/projections/runner/run-size.ts';
import * as make from '../../support/events.ts';
import { recorded } from '../../support/projection-spec.ts';
import { silentLog } from '../../support/silent-log.ts';

const view = asView(messagesProjection);
const build = buildOf(view);
const member: Member = {
  view,
  build,
  checkpoint: { id: build.id, position: 0, stream: 's', stop: null, live: true },
};
const notHere = (): never => assert.fail('not asked for');
const lane = ({ store, docs }: Pick<LaneDeps, 'store' | 'docs'>, moved: LaneDeps['moved']): LaneDeps => ({
  ...{ store, docs, moved, logger: silentLog, size: createRunSize() },
  now: () => new Date(),
  signal: new AbortController().signal,
  waiting: () => undefined,
});
const entriesOf = (count: number) =>
  recorded(Array.from({ length: count }, (_, n) => make.received(`M${n}`))).map((event) => ({
    kind: 'event' as const,
    seq: event.seq,
    event,
  }));

it('lets the one that was first have its way, whatever comes of folding in vain', async () => {
  let loads = 0;
  const store = { commit: async () => false, checkpoints: notHere, stop: notHere, sweep: notHere };
  const docs = {
    load: async () => {
      await nextTurn();
      loads++;
      throw new Poison('too late');
    },
    committed: notHere,
    clear: () => undefined,
  };
  await assert.rejects(applyBatch(lane({ store, docs }, notHere), [member], entriesOf(1)), Overtaken);
  for (let turn = 0; turn < 5; turn++) await nextTurn(); // an error that nobody heard would end the process
  assert.ok(loads > 0);
});

it('asks no more of the database at once than it has turned out to do', { timeout: 60_000 }, async () => {
  const MOST = 3;
  const asked: number[] = [];
  let position = 0;
  const store: LaneDeps['store'] = {
    commit: async ([move], writes) => {
      await writes;
      const events = (move?.to ?? 0) - (move?.from ?? 0);
      asked.push(events);
      if (events > MOST) throw new Error('the transaction took too long');
      position = move?.to ?? 0;
      return true;
    },
    checkpoints: async () => [{ ...member.checkpoint, position }],
    stop: notHere,
    sweep: notHere,
  };
  const docs = { load: async () => new Map(), committed: () => undefined, clear: () => undefined };
  const deps = lane({ store, docs }, () => undefined);
  const entries = entriesOf(16);
  const copy = { ...member };
  await applyBatch(deps, [copy], entries.slice(0, 8));
  assert.equal(copy.checkpoint.position, entries[7]?.seq);
  const before = asked.length;
  await applyBatch(deps, [copy], entries.slice(8));
  assert.deepEqual(asked.slice(before), [2, 2, 2, 2], 'the next ones are small from the start');
});
