import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { applyBatch, type LaneDeps, type Member } from '../../src/projections/lane.ts';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView, buildOf } from '../../src/projections/projection.ts';
import { Overtaken, Poison } from '../../src/projections/retry.ts';
import * as make from '../support/events.ts';
import { silentLog } from '../support/log.ts';
import { recorded } from '../support/projection-spec.ts';

const view = asView(messagesProjection);
const build = buildOf(view);
const member: Member = {
  view,
  build,
  checkpoint: { id: build.id, position: 0, stream: 's', stop: null, live: true },
};
const notHere = (): never => assert.fail('not asked for');
it('lets the one that was first have its way, whatever comes of folding in vain', async () => {
  let loads = 0;
  const deps: LaneDeps = {
    store: { commit: async () => false, checkpoints: notHere, stop: notHere, sweep: notHere },
    docs: {
      load: async () => {
        await nextTurn();
        loads++;
        throw new Poison('too late');
      },
      committed: notHere,
      clear: () => undefined,
    },
    logger: silentLog,
    now: () => new Date(),
    moved: notHere,
    signal: new AbortController().signal,
    waiting: () => undefined,
  };
  const entries = recorded([make.received('A')]).map((event) => ({
    kind: 'event' as const,
    seq: event.seq,
    event,
  }));
  await assert.rejects(applyBatch(deps, [member], entries), Overtaken);
  for (let turn = 0; turn < 5; turn++) await nextTurn(); // an error that nobody heard would end the process
  assert.ok(loads > 0);
});
