import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { codeOf, WildcatError } from '../../errors.ts';
import { identify, isRunning, type ProcessId } from './process.ts';

const processId = z.object({ pid: z.number().int(), started: z.string() });
const server = processId.extend({ port: z.number().int() });
const servers = z.object({ nats: server.optional(), mongo: server.optional() });
const record = processId.extend({ since: z.string(), servers });

/** A server process and where it listens. */
export type OwnedServer = z.infer<typeof server>;
export type ServerKey = keyof z.infer<typeof servers>;
type LockRecord = z.infer<typeof record>;

/** The right to a data directory, until `release` or the end of this process. */
export type Lock = {
  /** What an owner that died left running or at least noted down. */
  readonly left: Readonly<z.infer<typeof servers>>;
  /** Notes a server down, so that whoever comes after a crash of ours finds it. */
  readonly note: (key: ServerKey, owned: OwnedServer) => Promise<void>;
  /** Once: a second call leaves a successor's lock alone. */
  readonly release: () => Promise<void>;
};

const TAKEOVER_POLL_MS = 20;
// Written whole before it gets its name, so this is damage by other hands, and nobody's.
const UNREADABLE: LockRecord = { pid: 0, started: 'unreadable', since: 'unknown', servers: {} };

const readRecord = async (path: string): Promise<LockRecord | null> => {
  try {
    return record.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? null : UNREADABLE;
  }
};

/** Writes the file whole under another name, for `put` to give it its own; nothing is left aside, whatever fails. */
const writeAside = async <T>(
  path: string,
  mine: LockRecord,
  put: (aside: string) => Promise<T>,
): Promise<T> => {
  const aside = `${path}.${randomUUID()}`;
  try {
    await writeFile(aside, `${JSON.stringify(mine, null, 2)}\n`);
    return await put(aside);
  } finally {
    await rm(aside, { force: true });
  }
};

const replace = (path: string, mine: LockRecord): Promise<void> =>
  writeAside(path, mine, (aside) => rename(aside, path));

/** Creates the file with all its content at once; false if there is one already. */
const create = (path: string, mine: LockRecord): Promise<boolean> =>
  writeAside(path, mine, async (aside) => {
    try {
      await link(aside, path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  });

type Claim = { readonly heldBy: LockRecord } | { readonly before: LockRecord | null };

// A dead owner's file may be replaced only by who holds the right to succeed that very owner, itself a file that is
// claimed in the same way. Whoever gets it looks again: a slower rival finds a new owner there and keeps off.
const claim = async (path: string, mine: LockRecord): Promise<Claim> => {
  for (;;) {
    if (await create(path, mine)) return { before: null };
    const owner = await readRecord(path);
    if (owner === null) continue;
    if (await isRunning(owner)) return { heldBy: owner };
    const before = await succeed(path, owner, mine);
    if (before !== null) return { before };
    await sleep(TAKEOVER_POLL_MS);
  }
};

const succeed = async (path: string, owner: ProcessId, mine: LockRecord): Promise<LockRecord | null> => {
  const right = `${path}.after-${owner.pid}-${encodeURIComponent(owner.started)}`;
  if ('heldBy' in (await claim(right, mine))) return null;
  try {
    const now = await readRecord(path);
    if (now?.pid !== owner.pid || now.started !== owner.started) return null;
    // what it left running stays known if this process dies too
    await replace(path, { ...mine, servers: now.servers });
    return now;
  } finally {
    await rm(right, { force: true });
  }
};

/** Who has the data directory, where that process lives. */
export const findOwner = async (dataDir: string): Promise<LockRecord | null> => {
  const owner = await readRecord(join(resolve(dataDir), 'lock'));
  return owner !== null && (await isRunning(owner)) ? owner : null;
};

/**
 * Takes the data directory (which exists) for this process by the file `lock` in it. Of several that try at once
 * exactly one gets it, also when they succeed an owner that died. Processes are told apart by pid and start time, so
 * it holds on one machine, not between containers that share a volume.
 * @throws WildcatError `misconfigured` naming the live owner and the mend
 */
export const acquireLock = async (dataDir: string): Promise<Lock> => {
  const path = join(resolve(dataDir), 'lock');
  const me = await identify(process.pid);
  if (me === null) throw new Error('this system does not tell when a process started');
  let mine: LockRecord = { ...me, since: new Date().toISOString(), servers: {} };
  const claimed = await claim(path, mine);
  if ('heldBy' in claimed) {
    const { pid, since } = claimed.heldBy;
    throw new WildcatError(
      'misconfigured',
      `${resolve(dataDir)} is in use by process ${pid} since ${since}. Stop that one, or give this one a DATA_DIR of its own`,
    );
  }
  const left = claimed.before?.servers ?? {};
  mine = { ...mine, servers: left };
  let written = Promise.resolve();
  let released = false;
  return {
    left,
    note: (key, owned) => {
      mine = { ...mine, servers: { ...mine.servers, [key]: owned } };
      const current = mine;
      const writing = written.then(() => replace(path, current));
      // a disk that is full now need not be at the next one
      written = writing.catch(() => undefined);
      return writing;
    },
    release: async () => {
      await written;
      if (!released) await rm(path, { force: true });
      released = true;
    },
  };
};
