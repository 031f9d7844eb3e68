import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../ports/event-log.ts';

type Batch = readonly LogEntry[];

const WAIT_MS = 25;
const MOST = 500;
/** More events than one send or one message and its receipts bring. */
const MANY = 6;
const GATHER_MS = 10;

/** Whether anything comes (the end and an error, too) before the wait is over. */
const comesBefore = (end: Promise<false>, next: Promise<unknown>): Promise<boolean> => {
  const came = next.then(
    () => true,
    () => true,
  );
  return Promise.race([came, end]);
};

/**
 * As `ahead`, but joins batches that change no document to what comes behind them within 25 ms: a transaction that
 * moves nothing but a position would keep the next event waiting. While much is going on (the last batch was large), any
 * batch takes what the next 10 ms bring: a transaction costs more than what is in it.
 */
export async function* joinIdle(
  source: AsyncIterable<Batch>,
  stop: AbortController,
  isIdle: (batch: Batch) => boolean,
  gatherMs = GATHER_MS,
): AsyncGenerator<Batch, void> {
  const iterator = source[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<Batch>> => {
    const next = iterator.next();
    next.catch(() => undefined); // thrown where it is awaited
    return next;
  };
  let held: Batch = [];
  let gathering: Promise<false> | null = null;
  try {
    for (let next = ask(); ; ) {
      const result: IteratorResult<Batch> = await next;
      if (result.done === true) break;
      next = ask();
      held = held.length === 0 ? result.value : [...held, ...result.value];
      const end = isIdle(held) ? sleep<false>(WAIT_MS, false) : gathering;
      if (held.length < MOST && end !== null && (await comesBefore(end, next))) continue;
      const many = held.length >= MANY;
      yield held;
      held = [];
      gathering = many ? sleep<false>(gatherMs, false, { ref: false }) : null;
    }
    if (held.length > 0) yield held;
  } finally {
    stop.abort();
    await iterator.return?.();
  }
}
