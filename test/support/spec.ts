import assert from 'node:assert/strict';
import type { Decider } from '../../src/commands/handle.ts';
import { type ErrorCode, hasCode } from '../../src/errors.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';

/** An event of a spec: what the sentence is about, and of the envelope only what matters to it. */
export type Given<E extends WildcatEvent> = E & Partial<Pick<Recorded<E>, 'gen' | 'epoch' | 'occurredAt'>>;

/** The event as the log gives it back: generation 1, at noon of 2026-01-01, unless it says otherwise. */
export const recordedAt = <E extends WildcatEvent>(event: Given<E>, index: number): Recorded<E> => {
  const noon = '2026-01-01T12:00:00.000Z';
  const meta = { id: `e${index}`, v: 1, account: 'shop', gen: 1, at: noon, occurredAt: noon, seq: index + 1 };
  return { ...meta, ...event };
};

/** Folds what has happened. */
export const folded = <C, S, E extends WildcatEvent>(
  { evolve, initialState }: Decider<C, S, E>,
  given: readonly Given<E>[],
): S => given.map(recordedAt).reduce(evolve, initialState);

/** given(what happened).when(wish).decides(event) / .decidesNothing() / .refuses(code): specs as sentences. */
export const specFor =
  <C, S, E extends WildcatEvent>(decider: Decider<C, S, E>) =>
  (...given: readonly Given<E>[]) => ({
    when: (command: C) => {
      const act = (): E | null => decider.decide(command, folded(decider, given));
      return {
        decides: (expected: E): void => assert.deepEqual(act(), expected),
        decidesNothing: (): void => assert.equal(act(), null),
        refuses: (code: ErrorCode, message?: string): void =>
          assert.throws(act, (error) => hasCode(error, code) && (message ?? error.message) === error.message),
      };
    },
  });
