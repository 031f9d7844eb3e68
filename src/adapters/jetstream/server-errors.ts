import { JetStreamApiError } from '@nats-io/jetstream';
import { messageOf, WildcatError } from '../../errors.ts';

// The server's own codes (nats-server errors.json).
export const STREAM_NOT_FOUND = 10_059;
export const NAME_IN_USE = 10_058;
/** Something else was stored there first, or (on a cluster) is about to be. */
export const WRONG_LAST_SEQUENCE: readonly number[] = [10_071, 10_164];

/** Whether the server refused with one of these codes. */
export const hasApiCode = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof JetStreamApiError && codes.includes(error.code);

/** What was asked of the log was answered by nobody, or by an error that says nothing of it. */
export const noAnswer = (cause: unknown): WildcatError =>
  new WildcatError('unavailable', `The log did not answer: ${messageOf(cause)}`, { cause });

/** An append that was tried for `ms` without an answer. */
export const unknownAppend = (ms: number): WildcatError =>
  new WildcatError(
    'unavailable',
    `The log did not answer within ${ms / 1_000} s: whether it has this is unknown`,
  );
