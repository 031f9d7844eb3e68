import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

type Nothing = undefined | null | false;

/**
 * Polls until `probe` gives something other than undefined, null or false, and resolves with it. Fails after `ms`
 * (30 s, far more than it takes: other suites may be using the machine) naming `what`, with the last error of the probe as its cause.
 */
export const waitFor = async <T>(
  probe: () => T | Nothing | Promise<T | Nothing>,
  { what, ms = 30_000 }: { what: string; ms?: number },
): Promise<T> => {
  const end = performance.now() + ms;
  let cause: unknown;
  while (performance.now() < end) {
    try {
      const found = await probe();
      if (found !== undefined && found !== null && found !== false) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(POLL_MS);
  }
  throw new Error(`no ${what} within ${ms} ms`, { cause });
};
