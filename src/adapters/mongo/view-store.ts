import {
  type Binary,
  BSON,
  type ClientSession,
  type Db,
  type MongoClient,
  MongoInvalidArgumentError,
  MongoServerError,
} from 'mongodb';
import {
  type Build,
  type Checkpoint,
  type Move,
  type Stop,
  type Stored,
  Unstorable,
  type ViewStore,
} from '../../ports/view-store.ts';
import { byCollection } from './view-writes.ts';

type CheckpointDoc = Readonly<{
  _id: string;
  position: number;
  stream: string;
  live: boolean;
  stop: Stop | null;
  /** Session of the runner that moves it, so that a successor can end its open transaction. */
  session?: Binary;
}>;

/** Which build the names of a view's collections mean: queries read it, publishing a build writes it. */
export type ViewDoc = Readonly<{ _id: string; build: string; collections: Readonly<Record<string, string>> }>;

/** BadValue, DuplicateKey, BSONObjectTooLarge, Location17280 and the like: the document is at fault, not the moment. */
const UNSTORABLE_CODES = new Set<unknown>([2, 9, 11000, 10334, 17419, 17420]);

const isUnstorable = (error: unknown): boolean => {
  if (error instanceof MongoServerError)
    return UNSTORABLE_CODES.has(error.code) && !error.hasErrorLabel('TransientTransactionError');
  // a RangeError is how BSON says that its buffer is too small for a document
  return (
    error instanceof MongoInvalidArgumentError ||
    error instanceof RangeError ||
    BSON.BSONError.isBSONError(error)
  );
};

type Deps = Readonly<{
  client: MongoClient;
  db: Db;
  /** Only crash tests do anything here. */
  failpoint?: (name: 'projection.mid_transaction') => void | Promise<void>;
}>;

/** Where views live in MongoDB. One runner per store: its transactions run in sessions that its successor ends. */
export const createViewStore = ({ client, db, failpoint }: Deps): ViewStore => {
  const checkpoints = db.collection<CheckpointDoc>('checkpoints');
  const views = db.collection<ViewDoc>('views');
  /** One session per set of builds that move together: a session has one transaction at a time. */
  const sessions = new Map<string, ClientSession>();
  let isFirst = true;

  const idOf = (session: ClientSession): Binary | undefined => session.id?.id;

  const killSessions = async (ids: readonly Binary[]): Promise<void> => {
    if (ids.length > 0) await client.db('admin').command({ killSessions: ids.map((id) => ({ id })) });
  };

  const sessionFor = async (builds: readonly string[]): Promise<ClientSession> => {
    const key = builds.join(' ');
    const known = sessions.get(key);
    if (known !== undefined) return known;
    const session = client.startSession();
    const id = idOf(session);
    if (id !== undefined)
      await checkpoints.updateMany({ _id: { $in: [...builds] } }, { $set: { session: id } });
    sessions.set(key, session);
    return session;
  };

  /** A session that failed may still hold documents on the server: it is ended there, and not used again. */
  const abandon = async (builds: readonly string[], session: ClientSession): Promise<void> => {
    sessions.delete(builds.join(' '));
    const id = idOf(session);
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    await session.endSession().catch(() => undefined);
    if (id !== undefined) await killSessions([id]).catch(() => undefined);
  };

  /** Runs `act` in a transaction that ends the same moment the checkpoints are where they were. False if they are not. */
  const transact = async (
    moves: readonly Move[],
    act: (session: ClientSession) => Promise<void>,
  ): Promise<boolean> => {
    const builds = moves.map(({ build }) => build);
    const session = await sessionFor(builds);
    try {
      session.startTransaction();
      for (const { build, from, to } of moves) {
        // Even a step to where it stands writes: two transactions on one checkpoint must collide.
        const change = { $set: { position: to }, $inc: { steps: 1 } };
        const { matchedCount } = await checkpoints.updateOne({ _id: build, position: from }, change, {
          session,
        });
        if (matchedCount === 1) continue;
        await session.abortTransaction();
        return false;
      }
      await act(session);
      await failpoint?.('projection.mid_transaction');
      await session.commitTransaction();
      return true;
    } catch (error) {
      await abandon(builds, session);
      if (isUnstorable(error)) throw new Unstorable(String(error), { cause: error });
      throw error;
    }
  };

  const openBuild = async (build: Build, stream: string): Promise<void> => {
    for (const { physical, indexes } of Object.values(build.collections)) {
      await db.createCollection(physical).catch((error: unknown) => {
        if (!(error instanceof MongoServerError && error.codeName === 'NamespaceExists')) throw error;
      });
      if (indexes.length > 0)
        await db.collection(physical).createIndexes(indexes.map((key) => ({ key: { ...key } })));
    }
    const names = viewDoc(build);
    await views.updateOne({ _id: build.view }, { $setOnInsert: names }, { upsert: true });
    const live = (await views.findOne({ _id: build.view }))?.build === build.id;
    const fresh = { position: 0, stream, stop: null };
    await checkpoints.updateOne({ _id: build.id }, { $setOnInsert: fresh, $set: { live } }, { upsert: true });
    await checkpoints.updateOne({ _id: build.id, position: 0 }, { $set: { stream } });
  };

  const viewDoc = ({ id, collections }: Build): Omit<ViewDoc, '_id'> => ({
    build: id,
    collections: Object.fromEntries(
      Object.entries(collections).map(([name, { physical }]) => [name, physical]),
    ),
  });

  return {
    open: async (builds, stream) => {
      for (const build of builds) await openBuild(build, stream);
      if (!isFirst) return;
      const left = await checkpoints.find({ _id: { $in: builds.map(({ id }) => id) } }).toArray();
      await killSessions(left.flatMap(({ session }) => (session === undefined ? [] : [session])));
      isFirst = false;
    },
    checkpoints: async () => {
      const docs = await checkpoints.find().toArray();
      return docs.map(
        ({ _id: id, position, stream, live, stop }): Checkpoint => ({ id, position, stream, live, stop }),
      );
    },
    load: async (collection, ids) => {
      const docs = await db
        .collection<Stored>(collection)
        .find({ _id: { $in: [...ids] } })
        .toArray();
      return new Map(docs.map((doc) => [doc._id, doc]));
    },
    commit: (moves, writes) =>
      transact(moves, async (session) => {
        for (const [collection, operations] of byCollection(writes))
          if (operations.length > 0)
            await db.collection<Stored>(collection).bulkWrite(operations, { session, ordered: false });
      }),
    sweep: async ({ build, position }, collection, idPrefix, max) => {
      const target = db.collection<Stored>(collection);
      // The character after `/`, the last of every prefix, ends the range of ids that begin with it.
      const end = `${idPrefix.slice(0, -1)}${String.fromCharCode(idPrefix.charCodeAt(idPrefix.length - 1) + 1)}`;
      const found = await target
        .find({ _id: { $gte: idPrefix, $lt: end } }, { projection: { _id: 1 } })
        .limit(max)
        .toArray();
      const still = await transact([{ build, from: position, to: position }], async (session) => {
        if (found.length === 0) return;
        await target.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } }, { session });
      });
      return still ? found.length : null;
    },
    stop: async (build, position, stop) =>
      (await checkpoints.updateOne({ _id: build, position }, { $set: { stop } })).matchedCount === 1,
    publish: async (build) => {
      await views.updateOne({ _id: build.view }, { $set: viewDoc(build) }, { upsert: true });
      await checkpoints.updateOne({ _id: build.id }, { $set: { live: true } });
    },
  };
};
