import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Gathers what is put, so that many share one `write`: what comes while one is under way, or within `gatherMs`. What is
 * put is written when it resolves; it rejects with the error of the write that it shared.
 */
export const sharedWrites = <T>(
  write: (items: readonly T[]) => Promise<void>,
  gatherMs = 0,
): ((items: readonly T[]) => Promise<void>) => {
  let gathered: T[] = [];
  let writing = Promise.resolve();
  let next: Promise<void> | null = null;
  const writeNext = async (): Promise<void> => {
    await writing;
    if (gatherMs > 0) await sleep(gatherMs);
    const items = gathered;
    gathered = [];
    next = null;
    const written = write(items);
    writing = written.catch(() => undefined);
    return written;
  };
  return (items) => {
    if (items.length === 0) return Promise.resolve();
    gathered.push(...items);
    next ??= writeNext();
    return next;
  };
};
