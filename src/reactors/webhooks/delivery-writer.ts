import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../ports/logger.ts';
import type { Attempt, Deliveries } from '../../ports/webhooks.ts';

/** What is written down of a line's deliveries, many at a time; nothing waits for it but the end. */
export type DeliveryWriter = Readonly<{
  attempted: (attempt: Attempt) => void;
  /** A parked event needs no row any more. */
  unpark: (seq: number) => void;
  /** Whether it is so far behind that no more should be begun. */
  isFull: () => boolean;
  /** Resolves once all of it is written, or can't be. */
  close: () => Promise<void>;
}>;

type Deps = Readonly<{ deliveries: Pick<Deliveries, 'record' | 'unpark'>; logger: Logger }>;

const EVERY_MS = 250;
const AT_ONCE = 500;
const MAX_WAITING = 5_000;
const LAST_TRIES = 3;

export const createDeliveryWriter = ({ deliveries, logger }: Deps, line: string): DeliveryWriter => {
  const closing = new AbortController();
  let attempts: Attempt[] = [];
  let unparked: number[] = [];

  const isEmpty = (): boolean => attempts.length === 0 && unparked.length === 0;
  const flush = async (): Promise<void> => {
    const batch = attempts.slice(0, AT_ONCE);
    await deliveries.record(batch);
    attempts = attempts.slice(batch.length);
    const seqs = unparked.slice(0, AT_ONCE);
    await deliveries.unpark(line, seqs);
    unparked = unparked.slice(seqs.length);
  };
  const run = async (): Promise<void> => {
    for (let tries = LAST_TRIES; tries > 0 && !(closing.signal.aborted && isEmpty()); ) {
      if (attempts.length < AT_ONCE)
        await sleep(EVERY_MS, undefined, { signal: closing.signal }).catch(() => {});
      if (isEmpty()) continue;
      await flush().catch(async (err: unknown) => {
        logger.warn({ err, line }, 'deliveries were not written down');
        if (closing.signal.aborted) tries--;
        await sleep(EVERY_MS);
      });
    }
  };
  const running = run();

  return {
    attempted: (attempt) => void attempts.push(attempt),
    unpark: (seq) => void unparked.push(seq),
    isFull: () => attempts.length >= MAX_WAITING,
    close: async () => {
      closing.abort();
      await running;
    },
  };
};
