import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Logger } from '../ports/logger.ts';

const AGAIN_MS = 1_000;
/** One and the same trouble is told at its beginning, and then once a minute. */
const TOLD_EVERY = 60;

type Options = Readonly<{ logger: Logger; signal: AbortSignal; againMs?: number }>;

/** Does something until it succeeds, once a second; null where `signal` came first. */
export const retryUntilDone = async <T>(
  act: () => Promise<T>,
  { logger, signal, againMs = AGAIN_MS }: Options,
): Promise<T | null> => {
  let told: string | null = null;
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      return await act();
    } catch (err) {
      const trouble = messageOf(err);
      if (trouble !== told || failures % TOLD_EVERY === 0) logger.warn({ err }, 'not done yet, trying again');
      told = trouble;
      await sleep(againMs, undefined, { signal }).catch(() => {});
    }
  }
  return null;
};
