import { WildcatError } from '../errors.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import { entryOf } from './entries.ts';
import type { PageSize } from './page.ts';
import { createRing, type Ring } from './ring.ts';

/** The log's newest part, for as long as somebody looks at it. */
export type Tail = Readonly<{
  /** Resolves once it is known where the log ends; `release` what is held. Throws `unavailable`. */
  hold: () => Promise<Held>;
  stop: () => void;
}>;

export type Held = Readonly<{
  ring: Ring;
  /** Resolves once the log is known beyond `after`, or `signal` is raised. Throws where the log can't be followed. */
  news: (after: number, signal: AbortSignal) => Promise<void>;
  /** Repeatable. */
  release: () => void;
}>;

type Options = Readonly<{ keep: PageSize; lingerMs: number }>;
/** `failure`: why it ended, null while it runs. */
type Run = {
  readonly ring: Ring;
  readonly waiting: Set<() => void>;
  failure: Error | null;
  stop: () => void;
};

/** 8 MiB of newest events at most; the follower stays for a minute, since pollers come back. */
const OPTIONS: Options = { keep: { events: 5_000, chars: 8_388_608 }, lingerMs: 60_000 };

const nextBatch = ({ waiting }: Run, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      waiting.delete(settle);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    waiting.add(settle);
    signal.addEventListener('abort', settle);
  });

/**
 * One follower of the whole log for all live consumers of this process: each event is decoded, published and written
 * as JSON once. It runs while it is held.
 */
export const createTail = (
  log: Pick<EventLog, 'follow' | 'state'>,
  logger: Logger,
  options: Partial<Options> = {},
): Tail => {
  const { keep, lingerMs } = { ...OPTIONS, ...options };
  let current: Promise<Run> | null = null;
  let holders = 0;
  let lingering: NodeJS.Timeout | undefined;

  const wake = ({ waiting }: Run): void => {
    for (const resume of [...waiting]) resume();
  };
  const follow = async (run: Run, signal: AbortSignal): Promise<void> => {
    const stretch = { subjects: ['wildcat.>'], after: run.ring.end() };
    for await (const batch of log.follow(stretch, { signal })) {
      const entries = batch.map(entryOf).filter((entry) => entry !== null);
      run.ring.add(entries, batch.at(-1)?.seq ?? run.ring.end());
      wake(run);
    }
  };
  const begin = async (): Promise<Run> => {
    const { lastSeq } = await log.state();
    const ending = new AbortController();
    const stop = (): void => ending.abort();
    const run: Run = { ring: createRing(lastSeq, keep), waiting: new Set(), failure: null, stop };
    follow(run, ending.signal)
      .catch((err: unknown) => logger.error({ err }, 'the log can not be followed for consumers'))
      .finally(() => {
        run.failure = new WildcatError('unavailable', 'The log can not be followed at the moment');
        if (!ending.signal.aborted) current = null; // whoever comes next tries again
        wake(run);
      });
    return run;
  };
  const stop = (): void => {
    const ended = current;
    current = null;
    ended?.then((run) => run.stop()).catch(() => undefined); // it never began
  };

  const hold = async (): Promise<Held> => {
    clearTimeout(lingering);
    holders += 1;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      holders -= 1;
      if (holders === 0) lingering = setTimeout(stop, lingerMs).unref();
    };
    current ??= begin();
    const beginning = current;
    try {
      const run = await beginning;
      const news: Held['news'] = async (after, signal) => {
        while (run.failure === null && !signal.aborted && run.ring.end() <= after)
          await nextBatch(run, signal);
        if (run.failure !== null && !signal.aborted) throw run.failure;
      };
      return { ring: run.ring, news, release };
    } catch (error) {
      if (current === beginning) current = null;
      release();
      throw error;
    }
  };
  return { hold, stop };
};
