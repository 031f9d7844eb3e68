import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { NOTHING_YET, withPauses } from '../../../src/adapters/jetstream/pauses.ts';

/** A consumer that has `count` messages at hand, and no more. */
const atHand = (count: number): ConsumerMessages =>
  (async function* () {
    for (let seq = 1; seq <= count; seq++) yield { seq } as JsMsg;
  })() as unknown as ConsumerMessages;

it('tells where a turn of the event loop brings no more', async () => {
  let release = (): void => {};
  const slow = (async function* () {
    yield { seq: 1 } as JsMsg;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    yield { seq: 2 } as JsMsg;
  })() as unknown as ConsumerMessages;
  const seen: unknown[] = [];
  for await (const message of withPauses(slow)) {
    seen.push(message === NOTHING_YET ? 'pause' : message.seq);
    if (message === NOTHING_YET) release();
  }
  assert.deepEqual(seen, [1, 'pause', 2]);
});

it('lets the event loop turn after 50 messages, however many are at hand', async () => {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const inTurn = new Map<number, number>();
  for await (const message of withPauses(atHand(1_000)))
    if (message !== NOTHING_YET) inTurn.set(turns, (inTurn.get(turns) ?? 0) + 1);
  isOver = true;
  assert.equal(
    [...inTurn.values()].reduce((sum, count) => sum + count, 0),
    1_000,
  );
  assert.ok(Math.max(...inTurn.values()) <= 50, `${Math.max(...inTurn.values())} in one turn`);
});

it('passes on what fails while the event loop turns, and only to its reader', async () => {
  const failing = (async function* () {
    for (let seq = 1; seq <= 50; seq++) yield { seq } as JsMsg;
    throw new Error('consumer deleted');
  })() as unknown as ConsumerMessages;
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.prependListener('unhandledRejection', note);
  let seen = 0;
  await assert.rejects(async () => {
    for await (const message of withPauses(failing)) if (message !== NOTHING_YET) seen += 1;
  }, /consumer deleted/);
  process.off('unhandledRejection', note);
  assert.equal(seen, 50);
  assert.deepEqual(unhandled, []);
});
