import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import type { Stored, Write } from '../../ports/view-store.ts';
import { foldInto, loadWorkingSet, type View, writesOf } from '../projection.ts';

/** A view folded in memory. */
type InMemory = Readonly<{
  /** Folds one event; returns what it changed. Throws what the fold throws. */
  fold: (event: Recorded<WildcatEvent>) => Promise<readonly Write[]>;
  /** The documents of a collection, as they are by then. */
  documents: (collection: string) => readonly Stored[];
}>;

/** An empty view, for as much of the log as one asks about. */
export const foldInMemory = (view: View): InMemory => {
  const tables = new Map<string, Map<string, Stored>>();
  const table = (collection: string): Map<string, Stored> => {
    const found = tables.get(collection) ?? new Map<string, Stored>();
    tables.set(collection, found);
    return found;
  };
  const load = async (collection: string, ids: readonly string[]) => {
    const found = new Map<string, Stored>();
    for (const id of ids) {
      const doc = table(collection).get(id);
      if (doc !== undefined) found.set(id, doc);
    }
    return found;
  };
  const sweep = (collection: string, idPrefix: string): void => {
    for (const id of table(collection).keys()) if (id.startsWith(idPrefix)) table(collection).delete(id);
  };
  const write = ({ collection, id, after }: Write): void => {
    if (after === null) table(collection).delete(id);
    else table(collection).set(id, after);
  };
  return {
    fold: async (event) => {
      for (const { collection, idPrefix } of view.sweeps?.(event) ?? []) sweep(collection, idPrefix);
      const set = await loadWorkingSet(view, [event], load);
      foldInto(view, set, event);
      const writes = writesOf(set);
      writes.forEach(write);
      return writes;
    },
    documents: (collection) => [...table(collection).values()],
  };
};
