import { inTime } from './in-time.ts';
import { isTransient } from './outcome.ts';

/** On disk of a majority before it is answered. */
export const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/** How long one try of a write may take, in ms. */
export const TRY_MS = 6_000;
const GIVE_UP_MS = 30_000;

/**
 * Tries `write`, which has to be repeatable, until its outcome is known. Rejects with the server's refusal, and after
 * 30 s without an answer with the last try's error.
 */
export const untilAnswered = async (write: () => Promise<unknown>): Promise<void> => {
  for (const started = Date.now(); ; ) {
    try {
      await inTime(TRY_MS, write);
      return;
    } catch (error) {
      if (!isTransient(error) || Date.now() - started > GIVE_UP_MS - TRY_MS) throw error;
    }
  }
};
