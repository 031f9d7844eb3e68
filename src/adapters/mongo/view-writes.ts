import type { AnyBulkWriteOperation } from 'mongodb';
import type { Stored, Write } from '../../ports/view-store.ts';

const changedFields = (before: Stored, after: Stored) => {
  const old = new Map<string, unknown>(Object.entries(before));
  const now = new Map<string, unknown>(Object.entries(after).filter(([, value]) => value !== undefined));
  const set = [...now].filter(([field, value]) => old.get(field) !== value);
  const unset = [...old.keys()].filter((field) => !now.has(field)).map((field) => [field, true] as const);
  return {
    ...(set.length > 0 ? { $set: Object.fromEntries(set) } : {}),
    ...(unset.length > 0 ? { $unset: Object.fromEntries(unset) } : {}),
  };
};

/** The cheapest operation for a document whose former state is known exactly, as the checkpoint guarantees. */
const operation = ({ id, before, after }: Write, mixed: boolean): AnyBulkWriteOperation<Stored>[] => {
  if (after === null) return [{ deleteOne: { filter: { _id: id } } }];
  // a bulk write is one command per kind of operation: beside updates an insert travels as one
  if (before === null && mixed)
    return [{ replaceOne: { filter: { _id: id }, replacement: after, upsert: true } }];
  if (before === null) return [{ insertOne: { document: after } }];
  const update = changedFields(before, after);
  return Object.keys(update).length === 0 ? [] : [{ updateOne: { filter: { _id: id }, update } }];
};

/** One operation per document, by physical collection. */
export const byCollection = (writes: readonly Write[]): Map<string, AnyBulkWriteOperation<Stored>[]> => {
  const updated = new Set(
    writes
      .filter(({ before, after }) => before !== null && after !== null)
      .map(({ collection }) => collection),
  );
  const operations = new Map<string, AnyBulkWriteOperation<Stored>[]>();
  for (const write of writes) {
    const known = operations.get(write.collection) ?? [];
    known.push(...operation(write, updated.has(write.collection)));
    operations.set(write.collection, known);
  }
  return operations;
};
