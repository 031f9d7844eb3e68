import { asError } from '../../../errors.ts';
import type { KeyChange } from '../../mongo/auth-store-docs.ts';

/** Something on its way to disk: work whose outcome must be known, or key changes to be written. */
type Entry = {
  readonly changes: readonly KeyChange[];
  readonly work: (() => Promise<void>) | null;
  /** Whether key changes behind it must not reach the disk before it. */
  readonly holdsKeys: boolean;
  /** Called once it is durable, before anything that waited for it goes on. */
  readonly done: (() => void) | null;
  onDisk: boolean;
};

export type Committer = Readonly<{
  /** Begins `work` (an append) as soon as the window allows; key changes behind it wait for it. Rejecting is fatal. */
  step: (work: () => Promise<void>, done?: () => void) => void;
  /** As `step`, for what only frames must wait for (an outbox row, an attempt): key changes may overtake it. */
  aside: (work: () => Promise<void>, done?: () => void) => void;
  /** Key changes reach the disk in their order, each after every `step` that was queued before it. */
  keys: (changes: readonly KeyChange[]) => void;
  /** Number of the newest entry. */
  newest: () => number;
  /** Everything up to this number is on disk. */
  durable: () => number;
  /** Resolves once entry `n` (default: the newest) is durable; rejects where that can't happen any more. */
  whenDurable: (n?: number) => Promise<void>;
  /** Ignores whatever is queued from here on. What was queued before still becomes durable. */
  seal: () => void;
}>;

type CommitterDeps = Readonly<{
  /** Writes one group of key changes, all or nothing. */
  write: (changes: readonly KeyChange[]) => Promise<void>;
  onDurable: () => void;
  /** Called once: nothing becomes durable any more, so nothing may be answered, and the memory is worth nothing. */
  onFailure: (error: Error) => void;
}>;

const WINDOW = 256;
/** Bounds a journal row well below MongoDB's 16 MiB. */
const GROUP = 2_000;

const NOTHING: readonly KeyChange[] = [];

/** Of several changes to one key only the last counts. */
const merge = (group: readonly Entry[]): readonly KeyChange[] => {
  const last = new Map<string, KeyChange>();
  for (const entry of group) {
    for (const change of entry.changes) last.set(`${change.type}|${change.id}`, change);
  }
  return [...last.values()];
};

/**
 * One account's queue to disk. Key changes are written in groups: as many as no open step holds back, and while one
 * group is written the next one fills, so no timer is needed. Hence the two promises: a key change on disk means that
 * every step queued before it is on disk as well, and `durable` that everything up to there is.
 */
export const createCommitter = ({ write, onDurable, onFailure }: CommitterDeps): Committer => {
  const open: Entry[] = [];
  const unstarted: Entry[] = [];
  let waiters: { n: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  let newest = 0;
  let durable = 0;
  /** How many of the open entries the last group has gone past. */
  let passed = 0;
  let running = 0;
  let writing = false;
  let scheduled = false;
  let sealed = false;
  let failure: Error | null = null;

  const fail = (cause: unknown): void => {
    if (failure !== null) return;
    failure = asError(cause);
    for (const waiter of waiters) waiter.reject(failure);
    waiters = [];
    onFailure(failure);
  };

  const settle = (): void => {
    if (failure !== null) return;
    const first = open.findIndex((entry) => !entry.onDisk);
    const settled = open.splice(0, first < 0 ? open.length : first);
    if (settled.length === 0) return;
    durable += settled.length;
    passed = Math.max(0, passed - settled.length);
    for (const entry of settled) entry.done?.();
    const reached = waiters.filter((waiter) => waiter.n <= durable);
    waiters = waiters.filter((waiter) => waiter.n > durable);
    for (const waiter of reached) waiter.resolve();
    onDurable();
  };

  /** The key changes that may be written now; `passed` moves behind them. */
  const nextGroup = (): Entry[] => {
    const group: Entry[] = [];
    for (let entry = open[passed]; entry !== undefined && group.length < GROUP; entry = open[++passed]) {
      if (entry.holdsKeys && !entry.onDisk) break;
      if (entry.work === null) group.push(entry);
    }
    return group;
  };

  /** What one turn of the event loop changes is one group: a send encrypts for each device by itself. */
  const commitSoon = (): void => {
    if (writing || scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      commit();
    });
  };

  const commit = (): void => {
    if (writing || failure !== null) return;
    const group = nextGroup();
    if (group.length === 0) return;
    writing = true;
    write(merge(group)).then(() => {
      writing = false;
      for (const entry of group) entry.onDisk = true;
      settle();
      commit();
    }, fail);
  };

  const startWork = (): void => {
    while (running < WINDOW && failure === null) {
      const entry = unstarted.shift();
      if (entry === undefined || entry.work === null) return;
      running++;
      entry.work().then(() => {
        running--;
        entry.onDisk = true;
        startWork();
        commit();
        settle();
      }, fail);
    }
  };

  const push = (entry: Entry): void => {
    if (sealed || failure !== null) return;
    newest++;
    open.push(entry);
    if (entry.work === null) {
      commitSoon();
    } else {
      unstarted.push(entry);
      startWork();
    }
  };

  return {
    step: (work, done) =>
      push({ work, changes: NOTHING, holdsKeys: true, done: done ?? null, onDisk: false }),
    aside: (work, done) =>
      push({ work, changes: NOTHING, holdsKeys: false, done: done ?? null, onDisk: false }),
    keys: (changes) => push({ work: null, changes, holdsKeys: false, done: null, onDisk: false }),
    newest: () => newest,
    durable: () => durable,
    whenDurable: (n = newest) => {
      if (n <= durable) return Promise.resolve();
      if (failure !== null) return Promise.reject(failure);
      return new Promise((resolve, reject) => waiters.push({ n, resolve, reject }));
    },
    seal: () => {
      sealed = true;
    },
  };
};
