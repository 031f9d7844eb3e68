import { connectNats } from '../adapters/jetstream/connect.ts';
import { createEventLog } from '../adapters/jetstream/event-log.ts';
import { createRawLog } from '../adapters/jetstream/raw-log.ts';
import { createBlobStore } from '../adapters/mongo/blob-store.ts';
import { connectMongo, type Databases } from '../adapters/mongo/connect.ts';
import { joinServices } from '../adapters/services/join.ts';
import { startServices } from '../adapters/services/services.ts';
import type { Config } from '../config.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { RawLog } from '../ports/raw-log.ts';
import type { Closers } from './closers.ts';
import { streamOptions } from './foundation.ts';
import { createLogger } from './logger.ts';

/** What the verbs of the command line stand on. */
export type VerbFoundation = Readonly<{ log: RawLog; databases: Databases; blobs: Blobs; now: () => Date }>;

/**
 * Connects to NATS and MongoDB for a verb. `beside` a running service, or `alone`: then that is refused, and the
 * stream is set up where there is none. `signal` gives up what is started for it.
 */
export const layVerbFoundation = async (
  config: Config,
  closers: Closers,
  { how, signal }: Readonly<{ how: 'beside' | 'alone'; signal: AbortSignal }>,
): Promise<VerbFoundation> => {
  const logger = await createLogger(config);
  const now = (): Date => new Date();
  const { DATA_DIR: dataDir, NATS_URL: natsUrl, MONGO_URL: mongoUrl } = config;
  const open = how === 'alone' ? startServices : joinServices;
  const services = await open({ dataDir, natsUrl, mongoUrl, log: logger, signal });
  closers.add(services.close);
  const databases = connectMongo(services.mongoUrl, config.DB_NAME);
  closers.add(databases.close);
  const nc = await connectNats({ url: services.natsUrl, name: 'wildcat archive' }, logger);
  closers.add(() => nc.close());
  const blobs = createBlobStore(databases.state);
  if (how === 'alone') await createEventLog({ nc, blobs, log: logger, now }, streamOptions(config));
  return { log: await createRawLog(nc, logger), databases, blobs, now };
};
