import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../ports/event-log.ts';

type Batch = readonly LogEntry[];

/** How long, in ms since the last batch was given out, what has come may wait for what comes behind it. */
export type Patience = Readonly<{
  strideMs: number;
  /** Where nothing that has come changes a document. */
  idleMs: number;
  isIdle: (batch: Batch) => boolean;
  /** Resolves once somebody waits to read what the log holds at `seq` or before; never, once `signal` is aborted. */
  whenAwaited: (seq: number, signal: AbortSignal) => Promise<void>;
}>;

const MOST = 500;
/** More events than one send or one message and its receipts bring. */
const MANY = 6;
/** While much is going on, even who waits is better served by a transaction that holds more. */
const BUSY_MS = 10;
const NO_WAIT = Promise.resolve();

const after = (ms: number): Promise<void> => (ms === 0 ? NO_WAIT : sleep(ms, undefined, { ref: false }));

/**
 * As `ahead`, but with as many batches joined as patience allows: a transaction costs more than what is in it. What
 * comes out of silence goes out at once, and so does what somebody waits for; else there is a stride between any two.
 */
export async function* gather(
  source: AsyncIterable<Batch>,
  stop: AbortController,
  { strideMs, idleMs, isIdle, whenAwaited }: Patience,
): AsyncGenerator<Batch, void> {
  const iterator = source[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<Batch>> => {
    const next = iterator.next();
    next.catch(() => undefined); // thrown where it is awaited
    return next;
  };
  let waits = { stride: NO_WAIT, lull: NO_WAIT, busy: NO_WAIT };
  /** Whether it is time to give out what is held; false once there is more. */
  const isDue = async (held: Batch, next: Promise<unknown>): Promise<boolean> => {
    if (held.length >= MOST) return true;
    const over = new AbortController();
    const { stride, lull, busy } = waits;
    const wanted = whenAwaited(held.at(-1)?.seq ?? 0, over.signal).then(() => busy);
    const due = Promise.race([isIdle(held) ? lull : stride, wanted]).then(() => true);
    const more = next.then(
      () => false,
      () => true, // what came before it went wrong is good
    );
    // a reason of its own would come with a stack
    return Promise.race([due, more]).finally(() => over.abort(null));
  };
  try {
    for (let next = ask(); ; ) {
      const first: IteratorResult<Batch> = await next;
      if (first.done === true) return;
      let held = first.value;
      next = ask();
      while (!(await isDue(held, next))) {
        const more: IteratorResult<Batch> = await next;
        if (more.done === true) break;
        held = [...held, ...more.value];
        next = ask();
      }
      const busy = held.length >= MANY ? after(BUSY_MS) : NO_WAIT;
      waits = { stride: after(strideMs), lull: after(idleMs), busy };
      yield held;
    }
  } finally {
    stop.abort();
    await iterator.return?.();
  }
}
