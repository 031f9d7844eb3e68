import { messageOf } from '../../errors.ts';
import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import type { EventLog, LogEntry } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Checkpoint, Stop, ViewStore, Write } from '../../ports/view-store.ts';
import { foldInto, loadWorkingSet, reads, type View, writesOf } from '../projection.ts';
import type { Wanted } from './builds.ts';
import { commit } from './commit.ts';
import type { DocCache } from './doc-cache.ts';
import { isHalvable, Overtaken, type Patience, Poison, persistently, TooMuch } from './retry.ts';
import type { RunSize } from './run-size.ts';

/** A view as the runner knows it; `checkpoint` is what the database is known to hold. */
export type Member = Wanted & {
  checkpoint: Checkpoint;
  /** When another build took its place (ms of the clock): it goes on for as long as readers may still have its name. */
  retiredAt?: number;
};

export type LaneDeps = Patience &
  Readonly<{
    store: Pick<ViewStore, 'checkpoints' | 'commit' | 'stop' | 'sweep'>;
    docs: DocCache;
    size: RunSize;
    logger: Logger;
    now: () => Date;
    /** Told of each checkpoint that moved or stopped. */
    moved: (members: readonly Member[]) => void;
  }>;

export type RoundDeps = LaneDeps &
  Readonly<{
    store: ViewStore;
    log: Pick<EventLog, 'follow' | 'read' | 'state' | 'lastBefore'>;
    /** Told of the log's end as it is seen. */
    seen: (head: number) => void;
    /** Told of the oldest event in hand of these views; null: none any more. */
    holding: (members: readonly Member[], at: string | null) => void;
    /** Resolves once somebody waits to read one of these views at `seq` or before; never, once `signal` is aborted. */
    whenAwaited: (members: readonly Member[], seq: number, signal: AbortSignal) => Promise<void>;
    /** Told of a build to be verified that stands where the one that serves does. Repeatedly. */
    comparable: (fresh: Member, serving: Member) => void;
  }>;

/** Where the log ended when the round began: a build that has come so far may be shown. */
export type Round = RoundDeps &
  Readonly<{ members: readonly Member[]; goal: number; verified: { at: number } }>;

const eventsFor = (view: View, entries: readonly LogEntry[]): Recorded<WildcatEvent>[] =>
  entries.flatMap((entry) => {
    if (entry.kind === 'event') return reads(view, entry.event.type) ? [entry.event] : [];
    if (entry.kind === 'version') return [];
    if (reads(view, entry.aggregate)) throw new Poison(entry.error.message, { cause: entry.error });
    return [];
  });

const foldAll = async (
  deps: LaneDeps,
  { view, build }: Member,
  entries: readonly LogEntry[],
): Promise<Write[]> => {
  const events = eventsFor(view, entries);
  const physical = (collection: string): string => build.collections[collection]?.physical ?? collection;
  const set = await loadWorkingSet(view, events, (collection, ids) =>
    persistently(deps, () => deps.docs.load(physical(collection), ids)),
  );
  try {
    for (const event of events) foldInto(view, set, event);
  } catch (error) {
    throw new Poison(messageOf(error), { cause: error });
  }
  return writesOf(set).map((write) => ({ ...write, collection: physical(write.collection) }));
};

const SWEEP_CHUNK = 1_000;

const sweep = async (deps: LaneDeps, { view, build, checkpoint }: Member, entry: LogEntry): Promise<void> => {
  if (entry.kind !== 'event' || !reads(view, entry.event.type)) return;
  const sweeps = view.sweeps?.(entry.event) ?? [];
  if (sweeps.length === 0) return;
  const at = { build: build.id, position: checkpoint.position };
  deps.docs.clear();
  for (const { collection, idPrefix } of sweeps) {
    const { physical = collection } = build.collections[collection] ?? {};
    for (let left: number | null = SWEEP_CHUNK; left === SWEEP_CHUNK; ) {
      left = await persistently(deps, () => deps.store.sweep(at, physical, idPrefix, SWEEP_CHUNK));
      if (left === null) throw new Overtaken();
    }
  }
};

const applyTogether = async (
  deps: LaneDeps,
  members: readonly Member[],
  entries: readonly LogEntry[],
): Promise<void> => {
  const [first] = entries;
  const to = entries.at(-1)?.seq ?? 0;
  if (entries.length === 1 && first !== undefined)
    for (const member of members) await sweep(deps, member, first);
  // what it loads is loaded while the transaction begins: nobody else can move the checkpoint from there on
  const folds = members.map((member) => foldAll(deps, member, entries));
  const writes = Promise.all(folds).then((all) => all.flat());
  writes.catch(() => undefined); // told by the commit, unless that has failed before
  try {
    if (!(await commit(deps, members, entries, writes))) throw new Overtaken();
  } catch (error) {
    // what is still being loaded must not be remembered over what is committed after that
    await Promise.allSettled(folds);
    throw error;
  }
  deps.docs.committed(await writes);
  for (const member of members) member.checkpoint = { ...member.checkpoint, position: to };
  deps.moved(members);
};

/** Halts a view in front of an event, for all to see. */
const poisoned = async (deps: LaneDeps, member: Member, entry: LogEntry, error: unknown): Promise<void> => {
  const at = entry.kind === 'event' ? entry.event.at : deps.now().toISOString();
  const stop: Stop = { status: 'poisoned', seq: entry.seq, error: messageOf(error), at };
  const { id, position } = member.checkpoint;
  if (!(await persistently(deps, () => deps.store.stop(id, position, stop)))) throw new Overtaken();
  member.checkpoint = { ...member.checkpoint, stop };
  deps.logger.error({ view: member.view.name, seq: entry.seq, err: error }, 'view stopped at a poison event');
  deps.moved([member]);
};

/** Those that are not stopped. */
export const active = (members: readonly Member[]): Member[] =>
  members.filter(({ checkpoint }) => checkpoint.stop === null);

/**
 * Applies a run to views in step; a poison event is found by halving, all before it applied, its view stopped there.
 * So is what the database can do at once.
 */
const applyRun = async (
  deps: LaneDeps,
  members: readonly Member[],
  run: readonly LogEntry[],
): Promise<void> => {
  const going = active(members);
  const [first] = run;
  if (going.length === 0 || first === undefined) return;
  try {
    await applyTogether(deps, going, run);
    deps.size.done(run.length);
  } catch (error) {
    deps.docs.clear();
    if (!isHalvable(error)) throw error;
    if (error instanceof TooMuch) deps.size.tooMuch(run.length);
    const [only] = going;
    const parts: [readonly Member[], readonly LogEntry[]][] =
      run.length > 1
        ? [
            [going, run.slice(0, run.length >> 1)],
            [going, run.slice(run.length >> 1)],
          ]
        : going.map((member) => [[member], run]);
    if (run.length === 1 && going.length === 1 && only !== undefined)
      return poisoned(deps, only, first, error);
    for (const [some, part] of parts) await applyRun(deps, some, part);
  }
};

/** Cuts a batch so that an event that sweeps stands alone. */
const runsOf = (members: readonly Member[], entries: readonly LogEntry[]): LogEntry[][] => {
  const sweeps = (entry: LogEntry): boolean =>
    entry.kind === 'event' && members.some(({ view }) => (view.sweeps?.(entry.event) ?? []).length > 0);
  const runs: LogEntry[][] = [[]];
  for (const entry of entries) {
    if (sweeps(entry)) runs.push([entry], []);
    else runs.at(-1)?.push(entry);
  }
  return runs.filter((run) => run.length > 0);
};

/**
 * Brings views that stand at one position over a batch, each run of it in as few transactions as the database can do.
 * Throws `Overtaken`, and what the database said last once `signal` is aborted.
 */
export const applyBatch = async (
  deps: LaneDeps,
  members: readonly Member[],
  entries: readonly LogEntry[],
): Promise<void> => {
  for (const run of runsOf(members, entries))
    for (let from = 0; from < run.length; ) {
      const part = run.slice(from, from + deps.size.most());
      await applyRun(deps, members, part);
      from += part.length;
    }
};
