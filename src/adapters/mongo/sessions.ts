import { type Binary, type ClientSession, type MongoClient, MongoServerError } from 'mongodb';
import { isTransient } from './outcome.ts';

/** Transactions in sessions that somebody else can end: whoever starts after a kill frees what it left locked. */
export type Sessions = Readonly<{
  /**
   * Runs `act` in one transaction, once, and commits it if `act` says so. On failure it is undone on the server too,
   * unless it was the commit that failed: then nobody knows but the database.
   */
  transact: (users: readonly string[], act: (session: ClientSession) => Promise<boolean>) => Promise<boolean>;
  /**
   * Ends sessions, and with them their open transactions. Where the server lets nobody do so (Atlas' free and flex
   * clusters), it does it by itself, after a minute.
   */
  kill: (ids: readonly Binary[]) => Promise<void>;
}>;

/**
 * One session per set of users, since a session has one transaction at a time; `claim` stores its id where a
 * successor looks for it, before it is used.
 */
export const createSessions = (
  client: MongoClient,
  claim: (session: Binary, users: readonly string[]) => Promise<void>,
): Sessions => {
  const sessions = new Map<string, ClientSession>();

  const kill = async (ids: readonly Binary[]): Promise<void> => {
    if (ids.length === 0) return;
    try {
      await client.db('admin').command({ killSessions: ids.map((id) => ({ id })) });
    } catch (error) {
      if (!(error instanceof MongoServerError) || isTransient(error)) throw error;
    }
  };
  const sessionFor = async (users: readonly string[]): Promise<ClientSession> => {
    const known = sessions.get(users.join(' '));
    if (known !== undefined) return known;
    const session = client.startSession();
    const id = session.id?.id;
    if (id !== undefined) await claim(id, users);
    sessions.set(users.join(' '), session);
    return session;
  };
  const abandon = async (users: readonly string[], session: ClientSession): Promise<void> => {
    sessions.delete(users.join(' '));
    const id = session.id?.id;
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    await session.endSession().catch(() => undefined);
    if (id !== undefined) await kill([id]).catch(() => undefined);
  };

  return {
    kill,
    transact: async (users, act) => {
      const session = await sessionFor(users);
      try {
        session.startTransaction();
        const isWanted = await act(session);
        await (isWanted ? session.commitTransaction() : session.abortTransaction());
        return isWanted;
      } catch (error) {
        await abandon(users, session);
        throw error;
      }
    },
  };
};
