import type { Checkpoint } from '../../ports/view-store.ts';
import { firstOf } from './builds.ts';

/** How far the views are, for those who wait to read what they have written. */
export type ViewPositions = Readonly<{
  /**
   * Resolves with true once these builds (all that are waited for, if none is named) have folded the log up to `seq`; with false after
   * `ms`, or at once where one of them stands still: what is read then may be stale.
   */
  waitFor: (seq: number, ms: number, builds?: readonly string[]) => Promise<boolean>;
  /** Resolves once somebody waits for one of these builds to come to `seq` or less; never, once `signal` is aborted. */
  whenAwaited: (seq: number, builds: readonly string[], signal: AbortSignal) => Promise<void>;
  /** Where all builds that are waited for have come, 0 while nothing is known of them. */
  reached: () => number;
  /** The newest that is known, by the first build of each version: of the build that serves in its place. */
  known: () => ReadonlyMap<string, Checkpoint>;
  /** Tells of checkpoints at once, instead of at the next poll. */
  note: (checkpoints: readonly Checkpoint[]) => void;
}>;

type Waiter = Readonly<{ seq: number; builds: readonly string[]; check: () => void }>;

const POLL_MS = 50;

/**
 * Positions of these builds (the first of each version: of whichever serves in its place), of which readers wait for
 * the `awaited` ones; `read` gives checkpoints, those of older builds among them. A runner in this process notes its
 * commits; those of other processes are polled, only while somebody waits.
 */
export const createViewPositions = (
  read: () => Promise<readonly Checkpoint[]>,
  all: readonly string[],
  awaited = all,
): ViewPositions => {
  const known = new Map<string, Checkpoint>();
  const waiters = new Set<Waiter>();
  const lookouts = new Set<(waiter: Waiter) => void>();
  let polling: NodeJS.Timeout | null = null;
  let isTold = false;

  const note = (checkpoints: readonly Checkpoint[]): void => {
    isTold = true;
    for (const checkpoint of checkpoints) {
      const first = firstOf(checkpoint.id);
      if (!all.includes(first)) continue;
      const serving = known.get(first);
      // what is built beside the one that serves, or was replaced by it, is nobody's business here
      const isReplaced = serving?.live === true && serving.id !== first;
      if (checkpoint.live || (checkpoint.id === first && !isReplaced)) known.set(first, checkpoint);
    }
    for (const { check } of [...waiters]) check();
  };
  const poll = (): void => {
    if (polling !== null || waiters.size === 0) return;
    isTold = false;
    polling = setTimeout(() => {
      // no need to ask where a runner in this process has just told
      const asked = isTold ? Promise.resolve([]) : read();
      asked
        .then(note, () => undefined) // the database is away: whoever waits for it times out
        .finally(() => {
          polling = null;
          poll();
        });
    }, POLL_MS);
  };

  const verdict = (seq: number, builds: readonly string[]): boolean | null => {
    const checkpoints = builds.map((id) => known.get(id)).filter((one) => one !== undefined);
    if (checkpoints.length < builds.length) return null;
    // stopped for another log: its position is one in that log
    if (checkpoints.some(({ stop }) => stop?.status === 'stopped')) return false;
    if (checkpoints.every(({ position, live }) => live && position >= seq)) return true;
    return checkpoints.some(({ stop, live }) => stop !== null || !live) ? false : null;
  };

  const waitFor = (seq: number, ms: number, builds = awaited): Promise<boolean> => {
    const now = verdict(seq, builds);
    if (now !== null) return Promise.resolve(now);
    return new Promise((resolve) => {
      const settle = (fresh: boolean): void => {
        clearTimeout(late);
        waiters.delete(waiter);
        resolve(fresh);
      };
      const waiter = {
        seq,
        builds,
        check: () => {
          const then = verdict(seq, builds);
          if (then !== null) settle(then);
        },
      };
      const late = setTimeout(() => settle(false), ms);
      waiters.add(waiter);
      for (const look of [...lookouts]) look(waiter);
      poll();
    });
  };

  const whenAwaited: ViewPositions['whenAwaited'] = (seq, ids, signal) => {
    const builds = ids.map(firstOf);
    const concerns = (waiter: Waiter): boolean =>
      waiter.seq <= seq && waiter.builds.some((id) => builds.includes(id));
    if ([...waiters].some(concerns)) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (waiter: Waiter): void => {
        if (concerns(waiter)) resolve();
      };
      if (!signal.aborted) lookouts.add(look);
      signal.addEventListener('abort', () => lookouts.delete(look), { once: true });
    });
  };

  const reached = (): number => {
    const found = awaited.map((id) => known.get(id)?.position).filter((position) => position !== undefined);
    return found.length === 0 ? 0 : Math.min(...found);
  };

  return { waitFor, whenAwaited, reached, known: () => known, note };
};
