import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../ports/event-log.ts';

type Batch = readonly LogEntry[];

const WAIT_MS = 25;
const MOST = 500;

/** Whether anything comes (the end and an error, too) before the wait is over. */
const comesSoon = (next: Promise<unknown>): Promise<boolean> => {
  const came = next.then(
    () => true,
    () => true,
  );
  return Promise.race([came, sleep(WAIT_MS, false)]);
};

/**
 * As `ahead`, but joins batches that change no document to what comes behind them within 25 ms: a transaction that
 * moves nothing but a position would keep the next event waiting.
 */
export async function* joinIdle(
  source: AsyncIterable<Batch>,
  stop: AbortController,
  isIdle: (batch: Batch) => boolean,
): AsyncGenerator<Batch, void> {
  const iterator = source[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<Batch>> => {
    const next = iterator.next();
    next.catch(() => undefined); // thrown where it is awaited
    return next;
  };
  let held: Batch = [];
  try {
    for (let next = ask(); ; ) {
      const result: IteratorResult<Batch> = await next;
      if (result.done === true) break;
      next = ask();
      held = held.length === 0 ? result.value : [...held, ...result.value];
      if (held.length < MOST && isIdle(held) && (await comesSoon(next))) continue;
      yield held;
      held = [];
    }
    if (held.length > 0) yield held;
  } finally {
    stop.abort();
    await iterator.return?.();
  }
}
