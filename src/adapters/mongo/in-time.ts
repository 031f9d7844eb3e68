import { MongoOperationTimeoutError } from 'mongodb';
import { isTransient } from './outcome.ts';

/** How long one try of a write may take, in ms. */
export const TRY_MS = 6_000;
const GIVE_UP_MS = 30_000;

/**
 * What `call` gives within `ms`. Rejects after that with a `MongoOperationTimeoutError`, of which `isTransient` holds:
 * what was asked for may still be done. (The driver's own `timeoutMS` has no effect since 7.8, and its other limits add up.)
 */
export const inTime = async <T>(ms: number, call: () => Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new MongoOperationTimeoutError(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
};

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
