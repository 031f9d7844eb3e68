import type { Db } from 'mongodb';
import type { Rebuild, Rebuilds } from '../../ports/rebuilds.ts';
import { isInserted } from './outcome.ts';

type RebuildDoc = Omit<Rebuild, 'id'> & Readonly<{ _id: string }>;

/** What was asked of builds, in the database of the views: gone with it, as the builds are. */
export const createRebuilds = (db: Db): Rebuilds => {
  const rebuilds = db.collection<RebuildDoc>('rebuilds');
  const discards = db.collection<{ _id: string }>('discards');
  return {
    list: async () => {
      const docs = await rebuilds.find().sort({ askedAt: -1, _id: -1 }).toArray();
      return docs.map(({ _id: id, ...rest }) => ({ id, ...rest }));
    },
    ask: ({ id: _id, ...rest }) => isInserted(rebuilds.insertOne({ _id, ...rest })),
    resume: async (_id, position, at) => {
      await rebuilds.updateOne({ _id, endedAt: null }, { $set: { resumed: { position, at } } });
    },
    end: async (_id, { outcome, at, verdict = null }) => {
      const ending = { $set: { outcome, endedAt: at, verdict } };
      return (await rebuilds.updateOne({ _id, endedAt: null }, ending)).matchedCount === 1;
    },
    discard: async (_id) => {
      await discards.updateOne({ _id }, { $setOnInsert: { _id } }, { upsert: true });
    },
    discards: async () => (await discards.find().toArray()).map(({ _id }) => _id),
    discarded: async (_id) => {
      await discards.deleteOne({ _id });
    },
  };
};
