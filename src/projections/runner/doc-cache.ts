import type { Stored, ViewStore, Write } from '../../ports/view-store.ts';

type Load = ViewStore['load'];

/** Documents as the last commit left them. */
export type DocCache = Readonly<{
  /** Asks the database only for what is not known. */
  load: Load;
  /** To be told of what was committed. */
  committed: (writes: readonly Write[]) => void;
  /** Forgets everything: after whatever failed, and after what was changed past it. */
  clear: () => void;
}>;

/** Of each collection: a large batch of messages is not to push out the chats that they are in. */
const KEPT = 1_000;

/**
 * Spares a runner the documents that it has just written: chats, totals and the messages whose progress comes a moment
 * later. What it says holds as long as nobody else moves the checkpoint, and if somebody did, the commit fails.
 */
export const createDocCache = (load: Load): DocCache => {
  const known = new Map<string, Map<string, Stored>>();
  const docsOf = (collection: string): Map<string, Stored> => {
    const found = known.get(collection) ?? new Map<string, Stored>();
    known.set(collection, found);
    return found;
  };
  const remember = (docs: Map<string, Stored>, id: string, doc: Stored): void => {
    docs.delete(id); // so that a Map's order is the order of use
    docs.set(id, doc);
    const [oldest] = docs.size > KEPT ? docs.keys() : [];
    if (oldest !== undefined) docs.delete(oldest);
  };
  return {
    load: async (collection, ids) => {
      const docs = docsOf(collection);
      const found = new Map<string, Stored>();
      for (const id of ids) {
        const doc = docs.get(id);
        if (doc !== undefined) found.set(id, doc);
      }
      const missing = ids.filter((id) => !found.has(id));
      if (missing.length > 0) for (const [id, doc] of await load(collection, missing)) found.set(id, doc);
      for (const [id, doc] of found) remember(docs, id, doc);
      return found;
    },
    committed: (writes) => {
      for (const { collection, id, after } of writes) {
        if (after === null) docsOf(collection).delete(id);
        else remember(docsOf(collection), id, after);
      }
    },
    clear: () => known.clear(),
  };
};
