import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Checkpoint } from '../../../src/ports/view-store.ts';
import { createViewPositions } from '../../../src/projections/runner/positions.ts';

const at = (id: string, position: number, over: Partial<Checkpoint> = {}): Checkpoint => ({
  id,
  position,
  stream: 's',
  live: true,
  stop: null,
  ...over,
});
const stop = { seq: 4, error: 'e', at: '2026-01-01T00:00:00.000Z' };

/** Positions whose checkpoints another process moves: what is read is what stands in the list. */
const others = (...checkpoints: Checkpoint[]) => {
  const stored = new Map(checkpoints.map((one) => [one.id, one]));
  let reads = 0;
  const read = async () => {
    reads++;
    return [...stored.values()];
  };
  const move = (checkpoint: Checkpoint): void => void stored.set(checkpoint.id, checkpoint);
  return { positions: createViewPositions(read, ['a', 'b']), move, reads: () => reads };
};

describe('waiting for views', () => {
  it('ends at once when this process tells', async () => {
    const { positions, reads } = others(at('a', 3), at('b', 3));
    const waiting = positions.waitFor(5, 1_000);
    positions.note([at('a', 5)]);
    positions.note([at('b', 6)]);
    assert.equal(await waiting, true);
    assert.equal(reads(), 0);
  });
  it('sees what another process moves, and asks nobody while nobody waits', async () => {
    const { positions, move, reads } = others(at('a', 3), at('b', 3));
    assert.equal(reads(), 0);
    const waiting = positions.waitFor(5, 2_000);
    move(at('a', 5));
    move(at('b', 5));
    assert.equal(await waiting, true);
    const before = reads();
    assert.ok(before > 0);
    assert.equal(await positions.waitFor(5, 2_000), true);
    assert.equal(reads(), before);
  });
  it('knows of the builds in use only', () => {
    const { positions } = others();
    positions.note([at('a', 7), at('older', 1)]);
    assert.deepEqual([...positions.known().keys()], ['a']);
  });
  it('gives up after its time', async () => {
    const { positions } = others(at('a', 3), at('b', 9));
    assert.equal(await positions.waitFor(5, 120), false);
    assert.equal(await positions.waitFor(5, 120, ['b']), true);
  });
  it('does not wait for a view that stands still, nor for one that nobody reads yet', async () => {
    const { positions } = others();
    positions.note([at('a', 3, { stop: { status: 'poisoned', ...stop } }), at('b', 9)]);
    assert.equal(await positions.waitFor(5, 60_000), false);
    assert.equal(await positions.waitFor(3, 60_000), true);
    assert.equal(await positions.waitFor(5, 60_000, ['b']), true);
    positions.note([at('a', 9), at('b', 9, { live: false })]);
    assert.equal(await positions.waitFor(5, 60_000), false);
  });
  it('does not wait for those that are apart, unless asked to', async () => {
    const positions = createViewPositions(async () => [], ['a', 'b', 'apart'], ['a', 'b']);
    positions.note([at('a', 5), at('b', 7), at('apart', 2)]);
    assert.equal(await positions.waitFor(5, 60_000), true);
    assert.equal(positions.reached(), 5);
    assert.equal(await positions.waitFor(5, 50, ['apart']), false);
    assert.equal(await positions.waitFor(2, 60_000, ['apart']), true);
  });
  it('tells whoever can hurry that somebody waits, for what he waits', async () => {
    const positions = createViewPositions(async () => [], ['a', 'b', 'apart'], ['a', 'b']);
    const over = new AbortController();
    const told: string[] = [];
    const watch = (name: string, seq: number, builds: string[], signal = over.signal): void =>
      void positions.whenAwaited(seq, builds, signal).then(() => told.push(name));
    watch('too early', 4, ['a']);
    watch('another', 5, ['apart']);
    watch('rebuilt', 5, ['a_r2']);
    watch('gone', 5, ['a'], AbortSignal.abort());
    const waiting = positions.waitFor(5, 60_000);
    watch('late', 9, ['b']);
    positions.note([at('a', 5), at('b', 5)]);
    assert.equal(await waiting, true);
    watch('nobody waits any more', 9, ['b']);
    assert.deepEqual(told, ['rebuilt', 'late']);
    over.abort();
  });
  it('does not take the position in another log for one in this', async () => {
    const { positions } = others();
    positions.note([at('a', 9, { stop: { status: 'stopped', ...stop } }), at('b', 9)]);
    assert.equal(await positions.waitFor(5, 60_000), false);
  });
});
