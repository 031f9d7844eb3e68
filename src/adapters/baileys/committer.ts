import type { KeyChange } from '../mongo/auth-store-docs.ts';

/** Something on its way to disk: work whose outcome must be known, key changes to be written, or both. */
type Entry = {
  readonly changes: readonly KeyChange[];
  readonly work: (() => Promise<void>) | null;
  /** Called once it is durable, before anything that waited for it goes on. */
  readonly done: (() => void) | null;
  ready: boolean;
};

export type Committer = Readonly<{
  /** Begins `work` (an append, an outbox row) as soon as the window allows. Rejecting is fatal. */
  step: (work: () => Promise<void>, done?: () => void) => void;
  /** Key changes become durable together with everything queued before them, never earlier. */
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
 * One account's queue to disk, in order. An entry is ready when its work is done (key changes: at once); the longest
 * ready prefix is written as one group, and while that runs the next group fills, so no timer is needed. Hence the
 * promise: a key change on disk means that everything queued before it is on disk as well.
 */
export const createCommitter = ({ write, onDurable, onFailure }: CommitterDeps): Committer => {
  const open: Entry[] = [];
  const unstarted: Entry[] = [];
  let waiters: { n: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  let newest = 0;
  let durable = 0;
  let running = 0;
  let writing = false;
  let sealed = false;
  let failure: Error | null = null;

  const fail = (cause: unknown): void => {
    if (failure !== null) return;
    failure = cause instanceof Error ? cause : new Error(String(cause));
    for (const waiter of waiters) waiter.reject(failure);
    waiters = [];
    onFailure(failure);
  };

  const settle = (count: number): void => {
    const group = open.splice(0, count);
    durable += count;
    for (const entry of group) entry.done?.();
    const reached = waiters.filter((waiter) => waiter.n <= durable);
    waiters = waiters.filter((waiter) => waiter.n > durable);
    for (const waiter of reached) waiter.resolve();
    onDurable();
  };

  const readyCount = (): number => {
    const first = open.findIndex((entry) => !entry.ready);
    return Math.min(first < 0 ? open.length : first, GROUP);
  };

  const commit = (): void => {
    while (!writing && failure === null) {
      const count = readyCount();
      if (count === 0) return;
      const changes = merge(open.slice(0, count));
      if (changes.length === 0) settle(count);
      else writeGroup(count, changes);
    }
  };

  const writeGroup = (count: number, changes: readonly KeyChange[]): void => {
    writing = true;
    write(changes).then(() => {
      writing = false;
      settle(count);
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
        entry.ready = true;
        startWork();
        commit();
      }, fail);
    }
  };

  const push = (entry: Entry): void => {
    if (sealed || failure !== null) return;
    newest++;
    open.push(entry);
    if (entry.work === null) {
      commit();
    } else {
      unstarted.push(entry);
      startWork();
    }
  };

  return {
    step: (work, done) => push({ work, changes: NOTHING, done: done ?? null, ready: false }),
    keys: (changes) => push({ work: null, changes, done: null, ready: true }),
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
