import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../../ports/event-log.ts';
import { ask } from './ahead.ts';

type Batch = readonly LogEntry[];
/** `idle`: none of the entries changes a document. */
type Held = Readonly<{ entries: Batch; idle: boolean }>;

/** How long, in ms since the last batch was given out, what has come may wait for what comes behind it. */
export type Batching = Readonly<{
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
/**
 * While much is going on, even who waits is better served by transactions that hold more: between two of them there is
 * a pause as long as the first took, up to this.
 */
const LONGEST_PAUSE_MS = 40;
const NO_WAIT = Promise.resolve();

const after = (ms: number): Promise<void> => (ms === 0 ? NO_WAIT : sleep(ms, undefined, { ref: false }));

/**
 * As `ahead`, but with as many batches joined as patience allows: a transaction costs more than what is in it. What
 * comes out of silence goes out at once, and so (but for a pause behind many) does what somebody waits for; else there is
 * a stride between any two.
 */
export async function* gather(
  source: AsyncIterable<Batch>,
  stop: AbortController,
  { strideMs, idleMs, isIdle, whenAwaited }: Batching,
): AsyncGenerator<Batch, void> {
  const iterator = source[Symbol.asyncIterator]();
  let waits = { stride: NO_WAIT, lull: NO_WAIT, pause: NO_WAIT };
  /** Whether it is time to give out what is held; false once there is more. */
  const isDue = async ({ entries, idle }: Held, next: Promise<unknown>): Promise<boolean> => {
    if (entries.length >= MOST) return true;
    const over = new AbortController();
    const { stride, lull, pause } = waits;
    const wanted = whenAwaited(entries.at(-1)?.seq ?? 0, over.signal).then(() => pause);
    const due = Promise.race([idle ? lull : stride, wanted]).then(() => true);
    const more = next.then(
      () => false,
      () => true, // what came before it went wrong is good
    );
    // a reason of its own would come with a stack
    return Promise.race([due, more]).finally(() => over.abort(null));
  };
  try {
    for (let next = ask(iterator); ; ) {
      const first: IteratorResult<Batch, void> = await next;
      if (first.done === true) return;
      let held = { entries: first.value, idle: isIdle(first.value) };
      next = ask(iterator);
      while (!(await isDue(held, next))) {
        const more: IteratorResult<Batch, void> = await next;
        if (more.done === true) break;
        // only what is new is looked at: a burst comes in many small pieces
        held = { entries: [...held.entries, ...more.value], idle: held.idle && isIdle(more.value) };
        next = ask(iterator);
      }
      const begun = performance.now();
      const [stride, lull] = [after(strideMs), after(idleMs)];
      yield held.entries;
      const took = performance.now() - begun;
      const pause = held.entries.length >= MANY ? after(Math.min(took, LONGEST_PAUSE_MS)) : NO_WAIT;
      waits = { stride, lull, pause };
    }
  } finally {
    stop.abort();
    await iterator.return?.();
  }
}
