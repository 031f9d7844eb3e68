import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, messageOf, WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import { openEmbedded, type Served } from './embedded.ts';
import { acquireLock, type Lock, type ServerKey } from './lock.ts';
import type { MongoEngine } from './mongo.ts';
import { checkMongo } from './mongo-ready.ts';
import { checkNats } from './nats-info.ts';
import { stopProcess } from './process.ts';
import { mongoFor, natsFor } from './start.ts';

export type ServicesOptions = {
  /** Data of embedded servers, their ports and the lock; created if missing. */
  readonly dataDir: string;
  /** Where programs are installed; `programs` in the data directory if left out. */
  readonly installDir?: string;
  readonly natsUrl?: string | undefined;
  readonly mongoUrl?: string | undefined;
  readonly engine?: MongoEngine;
  /** Sync every write before it is acknowledged (default). Only tests and benches should go without. */
  readonly durable?: boolean;
  /** How long a given URL may take to answer. 10 s if left out. */
  readonly waitMs?: number;
  /** Gives it up: what was started by then is ended. */
  readonly signal?: AbortSignal | undefined;
  readonly log: Logger;
};

export type Services = {
  readonly natsUrl: string;
  readonly mongoUrl: string;
  /** Starts NATS anew, in its place; null where its URL was given. */
  readonly restartNats: (() => Promise<void>) | null;
  /** Ends the embedded servers and gives the data directory free. Close their clients before. */
  readonly close: () => Promise<void>;
};

const WAIT_MS = 10_000;
const GRACE_MS = 15_000;

// Node's own `recursive` goes round for ever where a directory says ENOENT of what it will not hold, as /proc does.
// Somebody else may make the same ones at the same moment.
const makeDirectory = async (path: string, mode: number, hasParent = false): Promise<void> => {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || hasParent || dirname(path) === path) throw error;
    await makeDirectory(dirname(path), mode);
    await makeDirectory(path, mode, true);
  }
};

const lockDirectory = async (dataDir: string): Promise<Lock> => {
  try {
    // others on this machine have no business with messages and keys
    await makeDirectory(dataDir, 0o700);
    return await acquireLock(dataDir);
  } catch (cause) {
    if (cause instanceof WildcatError) throw cause;
    throw new WildcatError('misconfigured', `DATA_DIR can not be used: ${messageOf(cause)}`, { cause });
  }
};

/** How a server is looked at where its URL is given, and found to be run where it is not. */
const SERVERS = {
  nats: { name: 'NATS', check: checkNats, find: natsFor },
  mongo: { name: 'MongoDB', check: checkMongo, find: mongoFor },
} as const;

const open = async (
  key: ServerKey,
  url: string | undefined,
  lock: Lock,
  options: ServicesOptions,
): Promise<Served> => {
  const { name, check, find } = SERVERS[key];
  const { dataDir, log, signal, engine, durable = true, waitMs = WAIT_MS } = options;
  if (url === undefined) {
    const { installDir = join(dataDir, 'programs') } = options;
    const program = await find({ installDir, log, signal }, dataDir, { durable, engine });
    return openEmbedded(program, { key, lock, log, signal });
  }
  const left = lock.left[key];
  if (left !== undefined) await stopProcess(left, GRACE_MS);
  const version = await check(url, waitMs);
  // the URL may hold a password, so it is not told
  log.info({ taken: `${name} ${version} (as its URL says)` }, `${name} ready`);
  return { url, restart: null, close: () => Promise.resolve() };
};

/**
 * Makes NATS and MongoDB available: those whose URL is given are checked, the others found or installed (see
 * `findNats`, `findMongo`), run on loopback with their data in `dataDir`, and started again if they end by
 * themselves. What a crashed owner of that directory left running is adopted. Embedded servers outlive a SIGKILL of
 * this process, to be adopted by its successor; everything else has to end with `close`.
 * @throws WildcatError `misconfigured`, with the mend, if the directory is in use by a live process, a given URL
 * doesn't answer or serves too little, or a server can't be had or doesn't start; the signal's reason
 */
export const startServices = async (options: ServicesOptions): Promise<Services> => {
  // Locked even where nothing is embedded: the directory names this node, and a node takes its own leases back.
  const lock = await lockDirectory(options.dataDir);
  const opened = await Promise.allSettled([
    open('nats', options.natsUrl, lock, options),
    open('mongo', options.mongoUrl, lock, options),
  ]);
  const close = async () => {
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
    await lock.release();
  };
  const [nats, mongo] = opened;
  if (nats.status === 'fulfilled' && mongo.status === 'fulfilled')
    return {
      natsUrl: nats.value.url,
      mongoUrl: mongo.value.url,
      restartNats: nats.value.restart,
      close,
    };
  await close();
  throw nats.status === 'rejected' ? nats.reason : mongo.status === 'rejected' ? mongo.reason : undefined;
};
