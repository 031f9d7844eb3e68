import type { Stored, Write } from '../ports/view-store.ts';

type Load = (collection: string, ids: readonly string[]) => Promise<ReadonlyMap<string, Stored>>;

/** Documents as the last commit left them. */
export type DocCache = Readonly<{
  /** Asks the database only for what is not known. */
  load: Load;
  /** To be told of what was committed. */
  committed: (writes: readonly Write[]) => void;
  /** Forgets everything: after whatever failed, and after what was changed past it. */
  clear: () => void;
}>;

/** Documents at least; twice as many as a batch wrote, so that its chats outlast its messages. */
const KEPT = 2_000;

/**
 * Spares a runner the documents that it has just written: chats, totals and the messages whose progress comes a moment
 * later. What it says holds as long as nobody else moves the checkpoint, and if somebody did, the commit fails.
 */
export const createDocCache = (load: Load): DocCache => {
  const known = new Map<string, Stored>();
  let room = KEPT;
  const keyOf = (collection: string, id: string): string => `${collection} ${id}`;
  const remember = (key: string, doc: Stored): void => {
    known.delete(key); // so that a Map's order is the order of use
    known.set(key, doc);
  };
  const evict = (): void => {
    for (const oldest of known.keys()) {
      if (known.size <= room) return;
      known.delete(oldest);
    }
  };
  return {
    load: async (collection, ids) => {
      const found = new Map<string, Stored>();
      for (const id of ids) {
        const doc = known.get(keyOf(collection, id));
        if (doc !== undefined) found.set(id, doc);
      }
      const missing = ids.filter((id) => !found.has(id));
      if (missing.length > 0) for (const [id, doc] of await load(collection, missing)) found.set(id, doc);
      for (const [id, doc] of found) remember(keyOf(collection, id), doc);
      evict();
      return found;
    },
    committed: (writes) => {
      room = Math.max(KEPT, 2 * writes.length);
      for (const { collection, id, after } of writes) {
        if (after === null) known.delete(keyOf(collection, id));
        else remember(keyOf(collection, id), after);
      }
      evict();
    },
    clear: () => known.clear(),
  };
};
