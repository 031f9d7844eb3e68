import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WildcatEvent } from '../../../src/events/codec.ts';
import type { Recorded } from '../../../src/events/event.ts';
import { nextSteps, type SendEnv, WINDOW } from '../../../src/reactors/sends/next-steps.ts';
import {
  foldSends,
  noSends,
  type OpenSends,
  positionOf,
  reconnected,
  sending,
  settled,
  waiting,
} from '../../../src/reactors/sends/open-sends.ts';
import { attempted, failed, NOW, readBy, receipt, requested, sent, unknown } from '../support/sends.ts';

const HOUR = 3_600_000;
const READY: SendEnv = { connected: true, caughtUp: true, now: NOW, ttl: 24 * HOUR };
const given = (...events: Recorded<WildcatEvent>[]): OpenSends => foldSends(noSends(0), events, 1);
/** Steps as words, e.g. `relay a 1`: the number of the attempt, or how many there were. */
const stepsOf = (state: OpenSends, over: Partial<SendEnv> = {}): string[] =>
  nextSteps(state, { ...READY, ...over }).map((step) => {
    const { waId } = step.send.request.data;
    if (step.kind === 'give_up') return `give_up ${waId} ${step.attempts}`;
    return step.kind === 'relay' ? `relay ${waId} ${step.attempt}` : `${step.kind} ${waId}`;
  });

describe('the sender', () => {
  it('relays what was requested, in that order', () => {
    assert.deepEqual(stepsOf(given(requested(1, 'a'), requested(2, 'b'))), ['relay a 1', 'relay b 1']);
  });

  it('does nothing more once the log tells the outcome', () => {
    const three = [requested(1, 'a'), requested(2, 'b'), requested(3, 'c')];
    assert.deepEqual(stepsOf(given(...three, sent(4, 'a'), failed(5, 'b'), unknown(6, 'c'))), []);
  });

  it('does not send a request again that was appended twice', () => {
    assert.deepEqual(stepsOf(given(requested(1, 'a'), sent(2, 'a'), requested(3, 'a'))), []);
    const tried = given(requested(1, 'a'), attempted(2, 'a'), requested(3, 'a'));
    assert.deepEqual(stepsOf(tried), ['relay a 2'], 'nor forgets what may have left');
  });

  it('remembers the newest 1,000 that ended, and few more', () => {
    const ids = Array.from({ length: 1_200 }, (_, n) => `m${n}`);
    const all = given(...ids.flatMap((waId, n) => [requested(2 * n + 1, waId), sent(2 * n + 2, waId)]));
    const again = ids.map((waId, n) => requested(3_000 + n, waId));
    const { open } = foldSends(all, again, 1);
    assert.deepEqual(
      ids.slice(-1_000).filter((waId) => open.has(waId)),
      [],
    );
    assert.ok(open.size >= 150, 'what is remembered does not grow for ever');
  });

  it('keeps nothing in memory of what the log has ended, whichever of the two was first', () => {
    const busy = sending(given(requested(1, 'a'), requested(2, 'b')), 'a', 1);
    const over = foldSends(busy, [sent(3, 'a')], 1);
    for (const state of [over, settled(over, 'a'), waiting(over, 'a', 1, 0)])
      assert.equal(state.local.size, 0);
  });

  it('ignores the sends of an earlier life of the account', () => {
    assert.deepEqual(stepsOf(foldSends(noSends(0), [requested(1, 'a')], 2)), []);
  });

  it('waits for a connection, but not for what had waited on the server', () => {
    const state = given(requested(1, 'a'));
    assert.deepEqual(stepsOf(state, { connected: false, caughtUp: false }), []);
    assert.deepEqual(stepsOf(state, { caughtUp: false }), ['relay a 1']);
  });

  it('sends what may have left once more only when receipts had a chance, and keeps the order', () => {
    const state = given(requested(1, 'a'), requested(2, 'b'), attempted(3, 'a'));
    assert.deepEqual(stepsOf(state, { caughtUp: false }), []);
    assert.deepEqual(stepsOf(state), ['relay a 2', 'relay b 1']);
  });

  it('takes a receipt for proof, the first of them for its time', () => {
    for (const first of [receipt(3, 'a', 42), readBy(3, 'a', 42)]) {
      const state = given(requested(1, 'a'), attempted(2, 'a'), first, receipt(4, 'a', 43));
      const proof = [{ kind: 'confirm', send: state.open.get('a'), at: 42 }];
      assert.deepEqual(nextSteps(state, { ...READY, connected: false, caughtUp: false }), proof);
      assert.deepEqual(nextSteps(state, READY), proof, 'and no frame more');
    }
  });

  it('gives up after three attempts, once receipts had a chance', () => {
    const state = given(requested(1, 'a'), attempted(2, 'a', 3));
    assert.deepEqual(stepsOf(state, { caughtUp: false }), []);
    assert.deepEqual(stepsOf(state), ['give_up a 3']);
  });

  it('fails what never left within the TTL, whatever the connection is like', () => {
    const late = { now: NOW + 24 * HOUR };
    assert.deepEqual(stepsOf(given(requested(1, 'a')), { ...late, connected: false }), ['expire a']);
    assert.deepEqual(stepsOf(given(requested(1, 'a')), { now: late.now - 1 }), ['relay a 1']);
  });

  it('calls unknown, not failed, what is too old and may have left', () => {
    const state = given(requested(1, 'a'), attempted(2, 'a'));
    assert.deepEqual(stepsOf(state, { now: NOW + 24 * HOUR, connected: false, caughtUp: false }), [
      'give_up a 1',
    ]);
  });

  it('lets alone what is being sent or settled already', () => {
    const state = given(requested(1, 'a'), requested(2, 'b'), requested(3, 'c'));
    const busy = settled(sending(sending(state, 'a', 1), 'b', 1), 'b');
    assert.deepEqual(stepsOf(busy), ['relay c 1']);
  });

  it(`awaits ${WINDOW} acks at once`, () => {
    const ids = Array.from({ length: WINDOW + 4 }, (_, n) => `m${n}`);
    const all = given(...ids.map((waId, n) => requested(n + 1, waId)));
    const busy = ids.slice(0, WINDOW - 1).reduce((state, waId) => sending(state, waId, 1), all);
    assert.equal(stepsOf(all).length, WINDOW);
    assert.deepEqual(stepsOf(busy), [`relay m${WINDOW - 1} 1`]);
    const full = sending(busy, `m${WINDOW - 1}`, 1);
    assert.deepEqual(stepsOf(full), []);
    assert.deepEqual(stepsOf(settled(full, 'm0')), [`relay m${WINDOW} 1`]);
    assert.deepEqual(stepsOf(waiting(full, 'm0', 1, NOW + 1)), [`relay m${WINDOW} 1`]);
  });

  it('leaves a silent server some time, which a new connection cuts short', () => {
    const state = waiting(given(requested(1, 'a')), 'a', 1, NOW + 1);
    assert.deepEqual(stepsOf(state), []);
    assert.deepEqual(stepsOf(state, { now: NOW + 1 }), ['relay a 2']);
    assert.deepEqual(stepsOf(reconnected(state)), ['relay a 2']);
    assert.deepEqual(stepsOf(reconnected(state), { caughtUp: false }), []);
  });

  it('counts the attempts that the log has not told yet', () => {
    const state = waiting(given(requested(1, 'a'), attempted(2, 'a', 1)), 'a', 2, 0);
    assert.deepEqual(stepsOf(state), ['relay a 3']);
  });
});

describe("the sender's position", () => {
  it('stands before the oldest open send', () => {
    assert.equal(positionOf(given(requested(1, 'a'), requested(2, 'b'), sent(3, 'a'), requested(4, 'c'))), 1);
  });

  it('stands at what was read last where nothing is open', () => {
    assert.equal(positionOf(noSends(9)), 9);
    assert.equal(positionOf(given(requested(4, 'a'), sent(7, 'a'))), 7);
  });
});
