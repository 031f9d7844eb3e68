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
import type { Program } from './types.ts';

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

const external = async (
  name: string,
  url: string,
  check: (url: string, waitMs: number) => Promise<string>,
  options: ServicesOptions,
): Promise<Served> => {
  const version = await check(url, options.waitMs ?? WAIT_MS);
  const taken = `${name} ${version} (as its URL says)`;
  // the URL may hold a password, so it is not told
  options.log.info({ taken }, `${name} ready`);
  return { url, restart: null, close: () => Promise.resolve() };
};

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

const host = async (
  key: ServerKey,
  find: Promise<Program>,
  lock: Lock,
  options: ServicesOptions,
): Promise<Served> => {
  return openEmbedded(await find, { key, lock, log: options.log, signal: options.signal });
};

const openNats = async (options: ServicesOptions, lock: Lock): Promise<Served> => {
  const { natsUrl, dataDir, log, signal, durable = true, installDir = join(dataDir, 'programs') } = options;
  if (natsUrl === undefined)
    return host('nats', natsFor({ installDir, log, signal }, dataDir, { durable }), lock, options);
  if (lock.left.nats !== undefined) await stopProcess(lock.left.nats, GRACE_MS);
  return external('NATS', natsUrl, checkNats, options);
};

const openMongo = async (options: ServicesOptions, lock: Lock): Promise<Served> => {
  const { mongoUrl, dataDir, log, signal, durable = true, engine } = options;
  const { installDir = join(dataDir, 'programs') } = options;
  const wanted = engine === undefined ? { durable } : { durable, engine };
  if (mongoUrl === undefined)
    return host('mongo', mongoFor({ installDir, log, signal }, dataDir, wanted), lock, options);
  if (lock.left.mongo !== undefined) await stopProcess(lock.left.mongo, GRACE_MS);
  return external('MongoDB', mongoUrl, checkMongo, options);
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
  const opened = await Promise.allSettled([openNats(options, lock), openMongo(options, lock)]);
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
