import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../ports/logger.ts';

const AGAIN_MS = 1_000;

/** Does something until it succeeds, once a second; null where `signal` came first. */
export const insistOn = async <T>(
  act: () => Promise<T>,
  { logger, signal }: Readonly<{ logger: Logger; signal: AbortSignal }>,
): Promise<T | null> => {
  while (!signal.aborted) {
    try {
      return await act();
    } catch (err) {
      logger.warn({ err }, 'not done yet, trying again');
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
  return null;
};
