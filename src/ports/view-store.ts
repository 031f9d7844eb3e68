import type { Rebuilds } from './rebuilds.ts';

/** A document of a view as it is stored. */
export type Stored = Readonly<{ _id: string }>;

export type IndexSpec = Readonly<Record<string, 1 | -1>>;

/** One build of a view: `messages_v1` and the collections that it alone writes, by the names queries ask for. */
export type Build = Readonly<{
  id: string;
  view: string;
  collections: Readonly<Record<string, Readonly<{ physical: string; indexes: readonly IndexSpec[] }>>>;
}>;

/** Why a view stands still until a person acts. `seq`: the event it can't get past, where it is one. */
export type Stop = Readonly<{ status: 'poisoned' | 'stopped'; seq: number; error: string; at: string }>;

/**
 * How far a build has read the log. A position means something only together with the stream's creation time.
 * `live`: the view's names mean this build.
 */
export type Checkpoint = Readonly<{
  id: string;
  position: number;
  stream: string;
  live: boolean;
  stop: Stop | null;
}>;

/** What a fold made of one document: null before where there was none, null after where none is left. */
export type Write = Readonly<{ collection: string; id: string; before: Stored | null; after: Stored | null }>;

/** A checkpoint's step, taken only if it still stands at `from`. */
export type Move = Readonly<{ build: string; from: number; to: number }>;

/** What no retry can store, e.g. a document over 16 MiB: as poisonous as an event that can't be folded. */
export class Unstorable extends Error {
  override readonly name = 'Unstorable';
}

/**
 * Where views live. Every call may reject while the database is away: nothing has happened then, or (commit, sweep)
 * all of it; the checkpoints tell which.
 */
export type ViewStore = {
  /**
   * Makes collections, indexes and checkpoints (at 0) where missing, and frees what a killed predecessor's open
   * transaction still holds. Repeatable.
   */
  open: (builds: readonly Build[], stream: string) => Promise<void>;
  checkpoints: () => Promise<readonly Checkpoint[]>;
  load: (collection: string, ids: readonly string[]) => Promise<ReadonlyMap<string, Stored>>;
  /**
   * Documents and checkpoints in one transaction, which begins while the writes are still being made; rejects with
   * their error. False: another runner moved a checkpoint first; nothing was written.
   */
  commit: (moves: readonly Move[], writes: Promise<readonly Write[]>) => Promise<boolean>;
  /**
   * Deletes up to `max` documents whose id begins with `idPrefix`, only while the build's checkpoint stands at
   * `position`: a runner that has been overtaken must not delete what came later. Returns how many, null if overtaken.
   */
  sweep: (
    at: Readonly<{ build: string; position: number }>,
    collection: string,
    idPrefix: string,
    max: number,
  ) => Promise<number | null>;
  /** Notes why a build stands still at `position`, or (null) that it may go on. False if it has moved meanwhile. */
  stop: (build: string, position: number, stop: Stop | null) => Promise<boolean>;
  /** From now on the view's names mean this build's collections. */
  publish: (build: Build) => Promise<void>;
  /** Up to `max` documents in the order of their ids, from the one after `after` on. */
  page: (collection: string, after: string | null, max: number) => Promise<readonly Stored[]>;
  /** Erases a build that nobody reads: its checkpoint first, so that no runner can go on with it. */
  drop: (build: Build) => Promise<void>;
  /** How many documents a collection has, roughly, and their bytes on disk; null where the server does not tell. */
  size: (collection: string) => Promise<Readonly<{ documents: number; bytes: number | null }>>;
  rebuilds: Rebuilds;
};
