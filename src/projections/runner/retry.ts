import { setTimeout as sleep } from 'node:timers/promises';
import { Unstorable } from '../../ports/view-store.ts';

/** Another runner moved a checkpoint: what this one holds in its hands is old. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** An event that a view can't be brought past. */
export class Poison extends Error {
  override readonly name = 'Poison';
}

/** The database answers, but not this transaction, time and again: a smaller one may be what it can do. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

export const isPoison = (error: unknown): boolean => error instanceof Poison || error instanceof Unstorable;

/** What no repeating mends, but half of it may be what the database can do, or the half that is not at fault. */
export const isHalvable = (error: unknown): boolean => isPoison(error) || error instanceof TooMuch;

export type Patience = Readonly<{
  signal: AbortSignal;
  /** Told while the database does not answer, and (null) when it does again. */
  waiting: (error: unknown) => void;
}>;

const BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

/**
 * Repeats what the database did not answer, for ever, with a growing pause. Throws what is not its fault (poison),
 * what is `TooMuch`, and the last error once `signal` is aborted.
 */
export const persistently = async <T>(deps: Patience, act: (attempt: number) => Promise<T>): Promise<T> => {
  for (let attempt = 0; ; attempt++) {
    try {
      const result = await act(attempt);
      if (attempt > 0) deps.waiting(null);
      return result;
    } catch (error) {
      if (isHalvable(error) || deps.signal.aborted) throw error;
      // a lost conflict is nothing to speak of
      if (attempt > 0) deps.waiting(error);
      const pause = Math.min(BACKOFF_MS * 2 ** attempt, MAX_BACKOFF_MS);
      await sleep(pause, undefined, { signal: deps.signal }).catch(() => undefined);
    }
  }
};
