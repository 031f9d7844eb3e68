import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { StreamState } from '../../src/ports/event-log.ts';
import type { Position, Positions } from '../../src/ports/positions.ts';
import { openPosition } from '../../src/reactors/kept-position.ts';

const log = { state: async (): Promise<StreamState> => ({ created: 'S', lastSeq: 99 }) as StreamState };

/** A position in a database that may lose its answer, or somebody else moves. */
const storeOf = () => {
  const store = { row: null as Position | null, losesAnswers: false };
  const positions: Positions = {
    find: async () => store.row,
    move: async (_, from, to) => {
      if (from?.seq !== store.row?.seq) return false;
      store.row = to;
      if (store.losesAnswers) throw new Error('connection timed out');
      return true;
    },
    erase: async () => undefined,
  };
  return { store, positions };
};

it('moves on after a move whose answer was lost', async () => {
  const { store, positions } = storeOf();
  const kept = await openPosition(log, positions, 'webhook/wh_1');
  await kept.move(5);
  store.losesAnswers = true;
  await assert.rejects(kept.move(7));
  store.losesAnswers = false;
  for (const seq of [8, 9]) await kept.move(seq);
  assert.equal(store.row?.seq, 9);
});

it('leaves alone what is further, or of another log', async () => {
  for (const other of [
    { seq: 50, stream: 'S' },
    { seq: 1, stream: 'T' },
  ]) {
    const { store, positions } = storeOf();
    const kept = await openPosition(log, positions, 'webhook/wh_1');
    await kept.move(5);
    store.row = other;
    for (const seq of [8, 9]) await kept.move(seq);
    assert.deepEqual(store.row, other);
  }
});
