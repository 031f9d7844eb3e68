import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEntry } from '../../../src/ports/event-log.ts';
import { type Batching, gather } from '../../../src/projections/runner/gather.ts';

const version = (seq: number): LogEntry => ({ kind: 'version', seq, account: 'shop', aggregate: 'account' });
const broken = (seq: number): LogEntry => ({
  kind: 'undecodable',
  seq,
  subject: 'wildcat.shop.message.received.p1',
  aggregate: 'message',
  error: new Error('broken'),
});
const isIdle = (batch: readonly LogEntry[]): boolean => batch.every(({ kind }) => kind === 'version');
const never = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

/** Nobody waits, and a stride is a minute: what goes out does so for another reason than time. */
const patience = {
  strideMs: 60_000,
  idleMs: 60_000,
  isIdle,
  whenAwaited: () => new Promise<void>(() => undefined),
};
const seqs = (batch: readonly LogEntry[]): number[] => batch.map(({ seq }) => seq);

const gathered = async (
  source: AsyncIterable<readonly LogEntry[]>,
  some: Partial<Batching> = {},
): Promise<number[][]> => {
  const batches: number[][] = [];
  for await (const batch of gather(source, new AbortController(), { ...patience, ...some }))
    batches.push(seqs(batch));
  return batches;
};

async function* inTurn(...batches: readonly (readonly LogEntry[])[]) {
  for (const batch of batches) {
    await nextTurn();
    yield batch;
  }
}

it('gives what comes out of silence at once, and joins what comes within a stride', async () => {
  const source = inTurn([broken(1)], [broken(2)], [version(3)], [broken(4)]);
  assert.deepEqual(await gathered(source), [[1], [2, 3, 4]]);
});

it('keeps strides', async () => {
  const source = inTurn([broken(1)], [broken(2)], [broken(3)]);
  assert.deepEqual(await gathered(source, { strideMs: 0 }), [[1], [2], [3]]);
});

it('gives what somebody waits for, whether he came before it or after it', async () => {
  let ask = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const stop = new AbortController();
  async function* source() {
    yield* inTurn([broken(1)], [broken(2)], [broken(3)]);
    await never(stop.signal);
  }
  const whenAwaited = (seq: number): Promise<void> => (seq < 3 ? Promise.resolve() : asked);
  const batches: number[][] = [];
  for await (const batch of gather(source(), stop, { ...patience, whenAwaited })) {
    batches.push(seqs(batch));
    if (batch.at(-1)?.seq === 2) setImmediate(ask);
    if (batch.at(-1)?.seq === 3) break; // and ends although its source waits for more
  }
  assert.deepEqual(batches, [[1], [2], [3]]);
});

it('holds what changes nothing for longer', async () => {
  const source = () => inTurn([broken(1)], [version(2)], [version(3)], [broken(4)], [version(5)]);
  assert.deepEqual(await gathered(source(), { strideMs: 0 }), [[1], [2, 3, 4], [5]]);
  assert.deepEqual(await gathered(source(), { strideMs: 0, idleMs: 0 }), [[1], [2], [3], [4], [5]]);
});

it('holds no more than 500', async () => {
  const source = inTurn(...Array.from({ length: 1_001 }, (_, n) => [version(n + 1)]));
  const sizes = (await gathered(source)).map((batch) => batch.length);
  assert.deepEqual(sizes, [1, 500, 500]);
});

it('gives what it holds and then throws what its source throws', async () => {
  async function* source() {
    yield* inTurn([broken(1)], [version(2)]);
    throw new Error('gone');
  }
  const batches: number[][] = [];
  const reading = async (): Promise<void> => {
    for await (const batch of gather(source(), new AbortController(), patience)) batches.push(seqs(batch));
  };
  await assert.rejects(reading(), /gone/);
  assert.deepEqual(batches, [[1], [2]]);
});

it('lets even who waits wait behind a large batch, as long as that took', async () => {
  const whenAwaited = () => Promise.resolve();
  const taking = async (first: readonly LogEntry[]): Promise<number[][]> => {
    const source = inTurn(first, [broken(7)], [broken(8)], [broken(9)]);
    const batches: number[][] = [];
    for await (const batch of gather(source, new AbortController(), { ...patience, whenAwaited })) {
      batches.push(seqs(batch));
      for (const end = performance.now() + 40; performance.now() < end; ); // the rest comes within a few turns
    }
    return batches;
  };
  const large = [1, 2, 3, 4, 5, 6].map(broken);
  assert.deepEqual(await taking(large), [
    [1, 2, 3, 4, 5, 6],
    [7, 8, 9],
  ]);
  assert.deepEqual(await taking(large.slice(1)), [[2, 3, 4, 5, 6], [7], [8], [9]]);
});
