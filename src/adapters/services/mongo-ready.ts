import { connect } from 'node:net';
import { type Document, MongoClient, MongoServerError } from 'mongodb';
import { messageOf, WildcatError } from '../../errors.ts';

/** Wire version of MongoDB 6.0, the oldest that will do. */
const MIN_WIRE = 17;
const NOT_INITIALISED = 94;
const REPLICA_SET = 'wildcat';

/** The address of an embedded server: direct, since a set of one has nothing to discover. */
export const loopbackUrl = (port: number): string => `mongodb://127.0.0.1:${port}/?directConnection=true`;

const withAdmin = async <T>(
  url: string,
  waitMs: number,
  use: (run: (command: Document) => Promise<Document>) => Promise<T>,
): Promise<T> => {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: waitMs, connectTimeoutMS: waitMs });
  try {
    return await use((command) =>
      client.db('admin').command(command, { readPreference: 'primaryPreferred' }),
    );
  } finally {
    await client.close();
  }
};

// The driver looks at a dead port only twice a second; this is what makes a start fast.
const portOpens = async (port: number): Promise<void> => {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  } finally {
    socket.destroy();
  }
};

/** Rejects until the server on that port takes writes. */
export const mongoReady = async (port: number): Promise<void> => {
  await portOpens(port);
  await withAdmin(loopbackUrl(port), 2_000, async (run) => {
    const hello = await run({ hello: 1 });
    if (hello.isWritablePrimary !== true) throw new Error('not a primary yet');
  });
};

const ownSet = (port: number, version: number) => ({
  _id: REPLICA_SET,
  version,
  members: [{ _id: 0, host: `127.0.0.1:${port}` }],
});

const isUninitialised = (error: unknown) =>
  error instanceof MongoServerError && error.code === NOT_INITIALISED;

// A set keeps its members' addresses, so one that came back on another port has to be told.
const ensureOwnSet = async (port: number, run: (command: Document) => Promise<Document>): Promise<void> => {
  try {
    const { config } = await run({ replSetGetConfig: 1 });
    if (config.members[0]?.host === `127.0.0.1:${port}`) return;
    await run({ replSetReconfig: ownSet(port, config.version + 1), force: true });
  } catch (error) {
    if (!isUninitialised(error)) throw error;
    await run({ replSetInitiate: ownSet(port, 1) });
  }
};

/** The same for a real mongod, which first has to be made a replica set of one: transactions need it. */
export const mongodReady = async (port: number): Promise<void> => {
  await portOpens(port);
  await withAdmin(loopbackUrl(port), 2_000, async (run) => {
    const hello = await run({ hello: 1 });
    if (hello.isWritablePrimary === true && hello.me === `127.0.0.1:${port}`) return;
    await ensureOwnSet(port, run);
    throw new Error('not a primary yet');
  });
};

/** The arguments that go with it. */
export const replicaSetArgs = ['--replSet', REPLICA_SET] as const;

const refuse = (message: string, cause?: unknown) =>
  new WildcatError('misconfigured', message, cause === undefined ? {} : { cause });

// what the driver says of a part that it could not read may be the password's
const shownReason = (error: unknown): string => {
  const reason = messageOf(error);
  return /^Unable to parse/.test(reason) ? '' : ` (${reason})`;
};

const checkUrl = (mongoUrl: string): void => {
  try {
    void new MongoClient(mongoUrl);
  } catch (error) {
    throw refuse(
      `MONGO_URL is no URL that can be used${shownReason(error)}: expected mongodb://[user:password@]host[:port]/…, special characters of a password as %-codes`,
    );
  }
};

const noAnswer = (cause: unknown): WildcatError => {
  const reason = messageOf(cause).replace(/\.+$/, '');
  if (cause instanceof MongoServerError) return refuse(`MongoDB (MONGO_URL) refuses: ${reason}`, cause);
  const mend = 'Start it, or leave MONGO_URL out to have one started';
  return refuse(`MongoDB (MONGO_URL) does not answer: ${reason}. ${mend}`, cause);
};

/**
 * Makes sure that the server of this MONGO_URL answers and can do transactions. Resolves to its version. Names no
 * credentials in its errors.
 * @throws WildcatError `misconfigured` if it doesn't within `waitMs`, is older than 6.0, or no replica set
 */
export const checkMongo = async (mongoUrl: string, waitMs: number): Promise<string> => {
  checkUrl(mongoUrl);
  const found = await withAdmin(mongoUrl, waitMs, async (run) => ({
    hello: await run({ hello: 1 }),
    build: await run({ buildInfo: 1 }),
  })).catch((cause: unknown) => {
    throw noAnswer(cause);
  });
  const version = String(found.build.version);
  if (Number(found.hello.maxWireVersion) < MIN_WIRE)
    throw refuse(`MongoDB (MONGO_URL) is ${version}, 6.0 or newer is needed`);
  if (found.hello.setName === undefined && found.hello.msg !== 'isdbgrid')
    throw refuse('MongoDB (MONGO_URL) is no replica set, which transactions need: start it with --replSet');
  return version;
};
