import { type Db, MongoClient, ReadPreference } from 'mongodb';
import './driver-sockets.ts';

/** `views` may be dropped and is rebuilt from the log; `state` (keys, media, outbox, …) may not. */
export type Databases = Readonly<{ client: MongoClient; views: Db; state: Db; close: () => Promise<void> }>;

/** How long a server may take to greet a connection: what waits for one can't be broken off before. */
const CONNECT_MS = 10_000;
const SOCKET_MS = 30_000;

/**
 * A client and the service's two databases. Connects by itself at the first use, so that a database that is away at
 * the start is waited for like one that goes away later: after `selectionMs` without a server a call rejects, and so does one
 * that a server leaves unanswered for 30 s.
 */
export const connectMongo = (url: string, dbName: string, selectionMs = 5_000): Databases => {
  const client = new MongoClient(url, {
    appName: 'wildcat',
    serverSelectionTimeoutMS: selectionMs,
    socketTimeoutMS: SOCKET_MS,
    connectTimeoutMS: CONNECT_MS,
    ignoreUndefined: true,
    // whatever the URL says: a secondary may lag behind the keys, and transactions read nowhere else (whole, not by its
    // name: what the URL says of staleness would be taken along, and refused)
    readPreference: ReadPreference.primary,
    // nor may it ask for less than what an election leaves standing: a set with an arbiter does so by itself
    w: 'majority',
    journal: true,
    wtimeoutMS: 0,
  });
  return {
    client,
    views: client.db(dbName),
    state: client.db(`${dbName}_state`),
    close: () => client.close(),
  };
};
