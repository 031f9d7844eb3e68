import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import { nextSteps, type SendEnv, WINDOW } from '../../src/reactors/next-steps.ts';
import {
  foldSends,
  noSends,
  type OpenSends,
  positionOf,
  reconnected,
  sending,
  settled,
  waiting,
} from '../../src/reactors/open-sends.ts';
import { attempted, failed, NOW, receipt, requested, sent, unknown } from './support/sends.ts';

const HOUR = 3_600_000;
const READY: SendEnv = { connected: true, caughtUp: true, now: NOW, ttl: 24 * HOUR };
const given = (...events: Recorded<WildcatEvent>[]): OpenSends => foldSends(noSends(0), events, 1);
/** Steps as words, e.g. `relay a 1`. */
const stepsOf = (state: OpenSends, over: Partial<SendEnv> = {}): string[] =>
  nextSteps(state, { ...READY, ...over }).map((step) => {
    const { waId } = step.send.request.data;
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

  it('takes a receipt for proof', () => {
    const state = given(requested(1, 'a'), attempted(2, 'a'), receipt(3, 'a', 42));
    assert.deepEqual(nextSteps(state, { ...READY, connected: false }), [
      { kind: 'confirm', send: state.open.get('a'), at: 42 },
    ]);
  });

  it('gives up after three attempts, once receipts had a chance', () => {
    const state = given(requested(1, 'a'), attempted(2, 'a', 3));
    assert.deepEqual(stepsOf(state, { caughtUp: false }), []);
    assert.deepEqual(stepsOf(state), ['give_up a']);
  });

  it('fails what never left within the TTL, whatever the connection is like', () => {
    const late = { now: NOW + 24 * HOUR };
    assert.deepEqual(stepsOf(given(requested(1, 'a')), { ...late, connected: false }), ['expire a']);
    assert.deepEqual(stepsOf(given(requested(1, 'a')), { now: late.now - 1 }), ['relay a 1']);
  });

  it('calls unknown, not failed, what is too old and may have left', () => {
    const state = given(requested(1, 'a'), attempted(2, 'a'));
    assert.deepEqual(stepsOf(state, { now: NOW + 24 * HOUR, connected: false }), ['give_up a']);
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
    assert.deepEqual(stepsOf(sending(busy, `m${WINDOW - 1}`, 1)), []);
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
