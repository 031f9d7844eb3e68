import { MongoError } from 'mongodb';
import { WildcatError } from '../../errors.ts';
import { inTime } from './in-time.ts';
import { isTransient } from './outcome.ts';

// The driver alone may wait three times as long, with its own second try, for a server that hangs.
const PATIENCE_MS = 10_000;

/** What calls reject with once a stop has let go of the driver (let-go.ts). */
const LET_GO = new Set(['MongoClientClosedError', 'MongoTopologyClosedError', 'MongoPoolClosedError']);
const isLetGo = (error: unknown): boolean => error instanceof MongoError && LET_GO.has(error.name);

const away = (cause: unknown): WildcatError =>
  new WildcatError('unavailable', 'MongoDB does not answer', { cause });

/**
 * Runs a database call that somebody waits for. Where MongoDB does not answer, at the latest after 10 s, it throws
 * `unavailable`, and whether a write came to anything is unknown. Other errors go through.
 */
export const orUnavailable = async <Result>(call: () => Promise<Result>): Promise<Result> => {
  try {
    return await inTime(PATIENCE_MS, call);
  } catch (error) {
    throw isTransient(error) || isLetGo(error) ? away(error) : error;
  }
};

/** Unauthorized, AuthenticationFailed, and Atlas' own for both. */
const FORBIDDEN: ReadonlySet<unknown> = new Set([13, 18, 8_000]);

/** What MongoDB made a start fail with, as an operator reads it; any other error as it is. */
export const forOperators = (error: unknown): unknown => {
  if (!(error instanceof MongoError)) return error;
  const { message } = error;
  if (isTransient(error))
    return new WildcatError('unavailable', `MongoDB does not answer: ${message}`, { cause: error });
  if (!FORBIDDEN.has(error.code)) return error;
  return new WildcatError(
    'misconfigured',
    `MongoDB refuses (${message}): MONGO_URL needs a user with readWrite on the databases DB_NAME and DB_NAME_state`,
    { cause: error },
  );
};
