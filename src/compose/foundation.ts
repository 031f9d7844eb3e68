import type { KeyObject } from 'node:crypto';
import { loadSecretKey } from '../adapters/crypto.ts';
import { connectNats } from '../adapters/jetstream/connect.ts';
import { createEventLog, type EventLogOptions, type JetStreamLog } from '../adapters/jetstream/event-log.ts';
import { createBlobStore } from '../adapters/mongo/blob-store.ts';
import { connectMongo, type Databases } from '../adapters/mongo/connect.ts';
import { createFileStore } from '../adapters/mongo/file-store.ts';
import { checkSecretKey } from '../adapters/mongo/secret-check.ts';
import { loadNodeName } from '../adapters/node-name.ts';
import { startServices } from '../adapters/services/services.ts';
import { makeTemporaryDirectory } from '../adapters/temporary-files.ts';
import { type Config, rolesLeftOut, setTemporaryDirectory } from '../config.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Files } from '../ports/files.ts';
import type { Logger } from '../ports/logger.ts';
import type { Closers } from './closers.ts';

export type Foundation = Readonly<{
  nc: Awaited<ReturnType<typeof connectNats>>;
  log: JetStreamLog;
  databases: Databases;
  blobs: Blobs;
  files: Files;
  secret: KeyObject;
  /** Name of this node, for its leases. */
  node: string;
  /** Starts NATS anew, in its place; null where it is not ours to end. */
  restartNats: (() => Promise<void>) | null;
}>;

type Deps = Readonly<{
  logger: Logger;
  now: () => Date;
  closers: Closers;
  onAppend: (ms: number, outcome: string) => void;
  /** Gives the start up. */
  signal: AbortSignal;
}>;

/** How the log's stream is set up. */
export const streamOptions = (config: Config): EventLogOptions => ({
  maxBytes: config.LOG_MAX_BYTES ?? null,
  dataDir: config.DATA_DIR,
  dedupeMs: config.WILDCAT_DEDUPE_WINDOW,
});

/** What everything stands on: NATS, MongoDB, the secret key and the log. */
export const layFoundation = async (config: Config, deps: Deps): Promise<Foundation> => {
  const { logger, now, closers, onAppend, signal } = deps;
  const leftOut = rolesLeftOut(config);
  if (leftOut.length > 0)
    logger.warn(
      { leftOut },
      'ROLES leaves these to other processes, which share no servers that are started here: set NATS_URL and MONGO_URL in all of them',
    );
  const services = await startServices({
    dataDir: config.DATA_DIR,
    natsUrl: config.NATS_URL,
    mongoUrl: config.MONGO_URL,
    log: logger,
    signal,
  });
  closers.add(services.close);
  // not before: embedded servers outlive this process, and inherit its environment
  const temporary = await makeTemporaryDirectory(config.DATA_DIR);
  closers.add(temporary.remove);
  setTemporaryDirectory(temporary.dir);
  const node = await loadNodeName(config.DATA_DIR);
  const databases = connectMongo(services.mongoUrl, config.DB_NAME);
  closers.add(databases.close);
  const secret = await loadSecretKey({ secretKey: config.SECRET_KEY, dataDir: config.DATA_DIR });
  await checkSecretKey(databases.state, secret);
  const nc = await connectNats({ url: services.natsUrl, name: `wildcat ${node}` }, logger);
  closers.add(() => nc.close());
  const blobs = createBlobStore(databases.state);
  const files = await createFileStore(databases.state, now);
  const log = await createEventLog({ nc, blobs, log: logger, now, onAppend }, streamOptions(config));
  return { nc, log, databases, blobs, files, secret, node, restartNats: services.restartNats };
};
