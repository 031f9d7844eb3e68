/** Where a document of a view and that of a fresh fold are not the same; `fields` only where both have it. */
export type Difference = Readonly<{
  collection: string;
  id: string;
  /** `missing` in the view, `extra` in it, or `changed`. */
  kind: 'missing' | 'extra' | 'changed';
  fields: readonly string[];
}>;

/** What comparing a view with a fresh fold of the log came to. */
export type Verdict = Readonly<{
  /** Position that both had reached when the comparison began. */
  position: number;
  equal: boolean;
  documents: number;
  /** sha256 over the documents in the order of their ids, of the view and of the fold. */
  checksums: Readonly<{ view: string; fold: string }>;
  /** How many differ; `differences` names the first thousand. */
  differing: number;
  differences: readonly Difference[];
}>;

/** A build of a view that was asked for beside the one that serves. Times in ISO 8601. */
export type Rebuild = Readonly<{
  /** That of the build: `messages_v1_r2`. */
  id: string;
  view: string;
  /** `swap`: takes the view's name once it is built. `verify`: compared with what has it, and dropped. */
  purpose: 'swap' | 'verify';
  askedAt: string;
  /** How many events a second it may fold, null for as many as it can. */
  eventsPerSecond: number | null;
  /** Where and when a runner took it up, the last time. */
  resumed: Readonly<{ position: number; at: string }> | null;
  endedAt: string | null;
  outcome: 'swapped' | 'verified' | 'cancelled' | null;
  verdict: Verdict | null;
}>;

export type Ending = Readonly<{ outcome: NonNullable<Rebuild['outcome']>; at: string; verdict?: Verdict }>;

/** What people asked of builds: kept where the views are, so that whoever runs them next goes on with it. */
export type Rebuilds = Readonly<{
  /** Newest first. */
  list: () => Promise<readonly Rebuild[]>;
  /** False where a build of that name was asked for before. */
  ask: (rebuild: Rebuild) => Promise<boolean>;
  resume: (id: string, position: number, at: string) => Promise<void>;
  /** False where it had ended already. */
  end: (id: string, ending: Ending) => Promise<boolean>;
  /** Asks the runner to drop a build that serves nobody. */
  discard: (id: string) => Promise<void>;
  /** Builds to be dropped. */
  discards: () => Promise<readonly string[]>;
  /** To be told once one is gone. */
  discarded: (id: string) => Promise<void>;
}>;
