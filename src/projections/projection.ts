import { aggregateOf, type WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import type { LogEntry } from '../ports/event-log.ts';
import type { Build, IndexSpec, Stored, ViewStore, Write } from '../ports/view-store.ts';

/** The collections of a projection and the documents in them. */
type Model = Readonly<Record<string, Stored>>;

export type Ref<M extends Model = Model> = Readonly<{ collection: keyof M & string; id: string }>;

/** The documents that an event touches; null where there is none yet. Throws on one that was not named. */
export type Docs<M extends Model> = <C extends keyof M & string>(collection: C, id: string) => M[C] | null;

/** What becomes of a document; null deletes it. */
export type Change<M extends Model> = {
  [C in keyof M & string]: Readonly<{ collection: C; doc: M[C] } | { collection: C; id: string; doc: null }>;
}[keyof M & string];

/** The document that a change is of. */
export const idOf = (change: Change<Model>): string => (change.doc === null ? change.id : change.doc._id);

type Sweep<M extends Model = Model> = Readonly<{ collection: keyof M & string; idPrefix: string }>;

/**
 * A read model: a fold from events to documents, pure (no clock, no I/O, no randomness), so that rebuilding it gives
 * the same documents. Changing what it makes of an event means a new `version`: it is then built anew beside the old.
 */
export type Projection<M extends Model> = Readonly<{
  name: string;
  version: number;
  /** Follows the log by itself: neither the other views nor those who wait to read what they wrote wait for it. */
  isApart?: boolean;
  /** First tokens of the event types it reads, e.g. `message`. */
  aggregates: readonly string[];
  collections: { readonly [C in keyof M & string]: readonly IndexSpec[] };
  /** The documents that an event is about; they follow from the event alone. */
  touches: (event: Recorded<WildcatEvent>) => readonly Ref<M>[];
  /** Documents that a touched document names and that its event may change too; followed until nothing new comes. */
  pointsTo?: (doc: M[keyof M & string]) => readonly Ref<M>[];
  evolve: (docs: Docs<M>, event: Recorded<WildcatEvent>) => readonly Change<M>[];
  /** What an event erases wholesale, before it is folded. */
  sweeps?: (event: Recorded<WildcatEvent>) => readonly Sweep<M>[];
}>;

/** A projection whose documents' types are nobody else's business. */
export type View = Projection<Model>;

/** Hides a projection's document types: its collections are written by it alone, so what is loaded fits. */
export const asView = <M extends Model>(projection: Projection<M>): View => projection as unknown as View;

/** A build of a view by its id, whose end is that of its collections too. */
export const buildNamed = ({ name, collections }: View, id: string): Build => ({
  id,
  view: name,
  collections: Object.fromEntries(
    Object.entries(collections).map(([collection, indexes]) => [
      collection,
      { physical: `${collection}${id.slice(name.length)}`, indexes },
    ]),
  ),
});

/** `messages_v1`: two versions of a view never share a collection. */
export const buildOf = (view: View): Build => buildNamed(view, `${view.name}_v${view.version}`);

/** Ids of the builds of these views: all of them, and those that readers wait for. */
export const buildIds = (views: readonly View[]): readonly [all: string[], awaited: string[]] => [
  views.map((view) => buildOf(view).id),
  views.filter(({ isApart }) => isApart !== true).map((view) => buildOf(view).id),
];

type Slot = { readonly ref: Ref; readonly before: Stored | null; after: Stored | null };

/** Documents in hand, by collection and id: what was loaded and, beside it, what the fold has made of it so far. */
type WorkingSet = Map<string, Map<string, Slot>>;

const loadInto = async (
  set: WorkingSet,
  refs: readonly Ref[],
  load: ViewStore['load'],
): Promise<Stored[]> => {
  const wanted = new Map<string, Map<string, Ref>>();
  for (const ref of refs) {
    const { collection, id } = ref;
    if (set.get(collection)?.has(id) === true) continue;
    const some = wanted.get(collection) ?? new Map<string, Ref>();
    wanted.set(collection, some.set(id, ref));
  }
  const loaded = await Promise.all(
    [...wanted].map(async ([collection, some]) => {
      const docs = await load(collection, [...some.keys()]);
      const slots = set.get(collection) ?? new Map<string, Slot>();
      set.set(collection, slots);
      for (const [id, ref] of some) {
        const doc = docs.get(id) ?? null;
        slots.set(id, { ref, before: doc, after: doc });
      }
      return [...docs.values()];
    }),
  );
  return loaded.flat();
};

/** Loads what the events touch and what those documents point to. */
export const loadWorkingSet = async (
  view: View,
  events: readonly Recorded<WildcatEvent>[],
  load: ViewStore['load'],
): Promise<WorkingSet> => {
  const set: WorkingSet = new Map();
  let found = await loadInto(set, events.flatMap(view.touches), load);
  if (view.pointsTo === undefined) return set;
  while (found.length > 0) found = await loadInto(set, found.flatMap(view.pointsTo), load);
  return set;
};

/** Folds one event into the documents in hand. Throws what `evolve` throws. */
export const foldInto = (view: View, set: WorkingSet, event: Recorded<WildcatEvent>): void => {
  const slot = (collection: string, id: string): Slot => {
    const found = set.get(collection)?.get(id);
    if (found === undefined)
      throw new Error(`${view.name}: ${event.type} uses ${collection} ${id} without touching it`);
    return found;
  };
  const changes = view.evolve((collection, id) => slot(collection, id).after, event);
  for (const change of changes) slot(change.collection, idOf(change)).after = change.doc;
};

/** One write per document that the fold changed. */
export const writesOf = (set: WorkingSet): Write[] =>
  [...set.values()].flatMap((slots) =>
    [...slots.values()]
      .filter(({ before, after }) => before !== after)
      .map(({ ref, before, after }) => ({ before, after, ...ref })),
  );

/** Whether a view reads events of this type, or of this aggregate. */
export const reads = (view: View, type: string): boolean => view.aggregates.includes(aggregateOf(type));

/** Whether an entry of the log leaves a view's documents as they are, whatever they hold. */
export const leaves = (view: View, entry: LogEntry): boolean => {
  if (entry.kind !== 'event') return entry.kind === 'version';
  if (!reads(view, entry.event.type)) return true;
  return view.touches(entry.event).length === 0 && (view.sweeps?.(entry.event) ?? []).length === 0;
};
