import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEntry } from '../../src/ports/event-log.ts';
import { joinIdle } from '../../src/projections/join-idle.ts';

const version = (seq: number): LogEntry => ({ kind: 'version', seq, account: 'shop', aggregate: 'account' });
const broken = (seq: number): LogEntry => ({
  kind: 'undecodable',
  seq,
  subject: 'wildcat.shop.message.received.p1',
  error: new Error('broken'),
});
const isIdle = (batch: readonly LogEntry[]): boolean => batch.every(({ kind }) => kind === 'version');
const never = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

const joined = async (source: AsyncIterable<readonly LogEntry[]>, gatherMs?: number) => {
  const batches: number[][] = [];
  for await (const batch of joinIdle(source, new AbortController(), isIdle, gatherMs))
    batches.push(batch.map(({ seq }) => seq));
  return batches;
};

it('joins what changes nothing to what comes next', async () => {
  async function* source() {
    yield [version(1)];
    yield [version(2)];
    yield [broken(3), version(4)];
    yield [broken(5)];
    yield [version(6)];
  }
  assert.deepEqual(await joined(source()), [[1, 2, 3, 4], [5], [6]]);
});

it('gives it alone when nothing comes', async () => {
  const stop = new AbortController();
  async function* source() {
    yield [version(1)];
    await never(stop.signal);
  }
  const batches: number[][] = [];
  for await (const batch of joinIdle(source(), stop, isIdle)) {
    batches.push(batch.map(({ seq }) => seq));
    break; // and ends although its source waits for more
  }
  assert.deepEqual(batches, [[1]]);
});

it('holds no more than 500', async () => {
  async function* source() {
    for (let seq = 1; seq <= 1_001; seq++) yield [version(seq)];
  }
  assert.deepEqual(
    (await joined(source())).map((batch) => batch.length),
    [500, 500, 1],
  );
});

it('throws what its source throws', async () => {
  async function* source() {
    yield [version(1)];
    throw new Error('gone');
  }
  await assert.rejects(joined(source()), /gone/);
});

it('gathers, behind a large batch, what comes soon', async () => {
  const large = [1, 2, 3, 4, 5, 6].map(broken);
  async function* source(first: readonly LogEntry[]) {
    yield first;
    for (const seq of [7, 8, 9]) {
      await nextTurn();
      yield [broken(seq)];
    }
  }
  assert.deepEqual(await joined(source(large), 60_000), [
    [1, 2, 3, 4, 5, 6],
    [7, 8, 9],
  ]);
  assert.deepEqual(await joined(source(large.slice(1)), 60_000), [[2, 3, 4, 5, 6], [7], [8], [9]]);
});
