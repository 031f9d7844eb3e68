import { type Binary, type ClientSession, type Db, type MongoClient, MongoServerError } from 'mongodb';
import {
  type Build,
  type Move,
  type Stop,
  type Stored,
  Unstorable,
  type ViewStore,
} from '../../ports/view-store.ts';
import { createRebuilds } from './rebuilds.ts';
import { createSessions } from './sessions.ts';
import { isUnstorable, sizeOf, startingWith } from './view-documents.ts';
import { byCollection } from './view-writes.ts';

type CheckpointDoc = Readonly<{ _id: string; position: number; stream: string; stop: Stop | null }>;

/** A session that has moved checkpoints of these builds. Kept for good: nobody can tell whether its process lives. */
type RunnerDoc = Readonly<{ _id: string; session: Binary; builds: readonly string[] }>;

/** Which build the names of a view's collections mean: queries read it, publishing a build writes it. */
export type ViewDoc = Readonly<{ _id: string; build: string; collections: Readonly<Record<string, string>> }>;

type Deps = Readonly<{
  client: MongoClient;
  db: Db;
  /** Only crash tests do anything here. */
  failpoint?: (name: 'projection.mid_transaction') => void | Promise<void>;
}>;

const viewOf = ({ id, view, collections }: Build): ViewDoc => ({
  _id: view,
  build: id,
  collections: Object.fromEntries(
    Object.entries(collections).map(([name, { physical }]) => [name, physical]),
  ),
});

/**
 * Where views live in MongoDB. One runner per store: its transactions run in sessions that its successor ends.
 * Checkpoints are written in transactions only: one of the stand-ins locks up for a minute where a plain write
 * meets a document that an open transaction has changed.
 */
export const createViewStore = ({ client, db, failpoint }: Deps): ViewStore => {
  const checkpoints = db.collection<CheckpointDoc>('checkpoints');
  const runners = db.collection<RunnerDoc>('runners');
  const views = db.collection<ViewDoc>('views');
  const own = new Set<string>();
  const sessions = createSessions(client, async (session, builds) => {
    const _id = session.toString('hex');
    own.add(_id);
    await runners.updateOne({ _id }, { $set: { session, builds } }, { upsert: true });
  });

  const transact = async (builds: readonly string[], act: (session: ClientSession) => Promise<boolean>) => {
    try {
      return await sessions.transact(builds, act);
    } catch (error) {
      throw isUnstorable(error) ? new Unstorable(String(error), { cause: error }) : error;
    }
  };
  /** Even a step to where it stands writes: two transactions on one checkpoint must collide. */
  const move = async (moves: readonly Move[], session: ClientSession): Promise<boolean> => {
    const steps = moves.map(({ build, from, to }) => ({
      updateOne: {
        filter: { _id: build, position: from },
        update: { $set: { position: to }, $inc: { steps: 1 } },
      },
    }));
    const { matchedCount } = await checkpoints.bulkWrite(steps, { session });
    return matchedCount === moves.length;
  };

  const openBuild = async (build: Build, stream: string): Promise<void> => {
    for (const { physical, indexes } of Object.values(build.collections)) {
      await db.createCollection(physical).catch((error: unknown) => {
        if (!(error instanceof MongoServerError && error.codeName === 'NamespaceExists')) throw error;
      });
      if (indexes.length > 0)
        await db.collection(physical).createIndexes(indexes.map((key) => ({ key: { ...key } })));
    }
    const { _id, ...names } = viewOf(build);
    await views.updateOne({ _id }, { $setOnInsert: names }, { upsert: true });
    const known = await checkpoints.findOne({ _id: build.id });
    if (known?.stream === stream || (known?.position ?? 0) > 0) return;
    await transact([build.id], async (session) => {
      const change = { $set: { stream }, $setOnInsert: { position: 0, stop: null } };
      await checkpoints.updateOne({ _id: build.id }, change, { upsert: true, session });
      return true;
    });
  };

  return {
    open: async (builds, stream) => {
      // Whoever begins, or takes over after having stood by, frees what a killed one left locked. One that lives only
      // loses the transaction in hand, and tries it again.
      const others = { _id: { $nin: [...own] }, builds: { $in: builds.map(({ id }) => id) } };
      const left = await runners.find(others).toArray();
      await sessions.kill(left.map(({ session }) => session));
      for (const build of builds) await openBuild(build, stream);
    },
    checkpoints: async () => {
      const [docs, published] = await Promise.all([checkpoints.find().toArray(), views.find().toArray()]);
      const live = new Set(published.map(({ build }) => build));
      return docs.map(({ _id: id, position, stream, stop }) => ({
        id,
        position,
        stream,
        stop,
        live: live.has(id),
      }));
    },
    load: async (collection, ids) => {
      const docs = await db
        .collection<Stored>(collection)
        .find({ _id: { $in: [...ids] } })
        .toArray();
      return new Map(docs.map((doc) => [doc._id, doc]));
    },
    commit: (moves, writes) => {
      const builds = moves.map(({ build }) => build);
      return transact(builds, async (session) => {
        if (!(await move(moves, session))) return false;
        for (const [collection, operations] of byCollection(await writes))
          if (operations.length > 0)
            await db.collection<Stored>(collection).bulkWrite(operations, { session, ordered: false });
        await failpoint?.('projection.mid_transaction');
        return true;
      });
    },
    sweep: async ({ build, position }, collection, idPrefix, max) => {
      const target = db.collection<Stored>(collection);
      const found = await target
        .find({ _id: startingWith(idPrefix) }, { projection: { _id: 1 } })
        .limit(max)
        .toArray();
      const isOurs = await transact([build], async (session) => {
        if (!(await move([{ build, from: position, to: position }], session))) return false;
        if (found.length > 0)
          await target.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } }, { session });
        return true;
      });
      return isOurs ? found.length : null;
    },
    stop: (build, position, stop) =>
      transact([build], async (session) => {
        const { matchedCount } = await checkpoints.updateOne(
          { _id: build, position },
          { $set: { stop } },
          { session },
        );
        return matchedCount === 1;
      }),
    publish: async (build) => {
      const { _id, ...names } = viewOf(build);
      await views.updateOne({ _id }, { $set: names }, { upsert: true });
    },
    page: (collection, after, max) =>
      db
        .collection<Stored>(collection)
        .find(after === null ? {} : { _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(max)
        .toArray(),
    drop: async ({ id, collections }) => {
      await transact([id], async (session) => {
        await checkpoints.deleteOne({ _id: id }, { session });
        return true;
      });
      for (const { physical } of Object.values(collections)) await db.dropCollection(physical);
    },
    size: (collection) => sizeOf(db, collection),
    rebuilds: createRebuilds(db),
  };
};
