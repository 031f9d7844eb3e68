import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Db, MongoClient } from 'mongodb';
import { readBlocks } from '../../src/adapters/baileys/block-changes.ts';
import { createWhatsApp } from '../../src/adapters/baileys/gateway.ts';
import { readRecent } from '../../src/adapters/baileys/output-commit/recent.ts';
import { loadSecretKey } from '../../src/adapters/crypto.ts';
import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import { createEventLog } from '../../src/adapters/jetstream/event-log.ts';
import { createCallServer } from '../../src/adapters/jetstream/session-calls.ts';
import { createAuthStore } from '../../src/adapters/mongo/auth-store.ts';
import { createBlobStore } from '../../src/adapters/mongo/blob-store.ts';
import { createFileStore } from '../../src/adapters/mongo/file-store.ts';
import { createOutbox, type OutboxStore } from '../../src/adapters/mongo/outbox.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { NewEvent, Recorded } from '../../src/events/event.ts';
import type { Blobs } from '../../src/ports/blobs.ts';
import type { EventLog } from '../../src/ports/event-log.ts';
import type { Files } from '../../src/ports/files.ts';
import type { ConnectionUpdate, Ownership, Session, WhatsApp } from '../../src/ports/whatsapp.ts';
import { silentLog } from './silent-log.ts';
import { waitFor } from './wait.ts';

/** 32 bytes in base64. */
export const TEST_SECRET = Buffer.alloc(32, 7).toString('base64');

type Where = Readonly<{
  natsUrl: string;
  mongoUrl: string;
  socketUrl: string;
  rootKey: string;
  /** The authority behind the media host, where files are moved. */
  ca?: string;
}>;

export type TestGateway = Readonly<{
  whatsApp: WhatsApp;
  outbox: OutboxStore;
  blobs: Blobs;
  files: Files;
  log: EventLog;
  nc: NatsConnection;
  state: Db;
  close: () => Promise<void>;
}>;

export type GatewayOptions = Readonly<{
  dbName?: string;
  failpoint?: (name: string) => void;
  patienceMs?: number;
  dedupeMs?: number;
  mediaIdleMs?: number;
  /** Told of every event once the log has acknowledged it. */
  onAppended?: (event: NewEvent<WildcatEvent>) => void;
  /** Told of every event that a session read from the log when it was opened. */
  onRead?: (event: NewEvent<WildcatEvent>) => void;
}>;

/** The WhatsApp port on real servers. */
export const openGateway = async (where: Where, options: GatewayOptions = {}): Promise<TestGateway> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'wildcat-gateway-'));
  const client = await new MongoClient(where.mongoUrl).connect();
  const state = client.db(options.dbName ?? `spec_${randomUUID().slice(0, 8)}_state`);
  const nc = await connectNats({ url: where.natsUrl, name: 'spec' }, silentLog);
  const blobs = createBlobStore(state);
  const log = await createEventLog(
    { nc, blobs, log: silentLog, now: () => new Date() },
    {
      maxBytes: 1_000_000_000,
      dataDir,
      dedupeMs: options.dedupeMs ?? 600_000,
      patience: { ackMs: 1_000, totalMs: options.patienceMs ?? 30_000 },
    },
  );
  const secret = await loadSecretKey({ secretKey: TEST_SECRET, dataDir });
  const now = () => new Date();
  const outbox = await createOutbox(state, now);
  const files = await createFileStore(state, now);
  const whatsApp = createWhatsApp({
    append: async (event, key) => {
      const appended = await log.append(event, key);
      options.onAppended?.(event);
      return appended;
    },
    recent: async (account) => {
      const logged = await readRecent(log, account);
      for (const event of logged) options.onRead?.(event);
      return logged;
    },
    blocks: (account) => readBlocks(log, account),
    authStore: createAuthStore(state, secret),
    outbox,
    files,
    blobs,
    findPoll: async () => null,
    serveCalls: createCallServer(nc, silentLog),
    tellLive: () => undefined,
    target: { socketUrl: where.socketUrl, rootKey: where.rootKey, ca: where.ca },
    mediaIdleMs: options.mediaIdleMs,
    logger: silentLog,
    now,
    failpoint: options.failpoint ?? (() => undefined),
  });
  const close = async (): Promise<void> => {
    await nc.close();
    if (options.dbName === undefined) await state.dropDatabase();
    await client.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { whatsApp, outbox, blobs, files, log, nc, state, close };
};

/** An account's ownership; `epoch` rises with every owner. */
export const ownerOf = (account: string, epoch: number, isValid = () => true): Ownership => ({
  account,
  gen: 1,
  epoch,
  collectionName: `keys_${account}`,
  isValid,
});

export type TestSession = Readonly<{
  session: Session;
  updates: ConnectionUpdate[];
  /** Resolves with the first update of this type. */
  until: <T extends ConnectionUpdate['type']>(
    type: T,
    ms?: number,
  ) => Promise<Extract<ConnectionUpdate, { type: T }>>;
}>;

/** Opens a session; `onQr` sees its QR codes. */
export const openSession = async (
  whatsApp: WhatsApp,
  owner: Ownership,
  onQr: (qr: string) => void = () => undefined,
): Promise<TestSession> => {
  const updates: ConnectionUpdate[] = [];
  const session = await whatsApp.open(owner, (update) => {
    updates.push(update);
    if (update.type === 'qr') onQr(update.qr);
  });
  return {
    session,
    updates,
    until: (type, ms = 10_000) =>
      waitFor(
        () =>
          updates.find(
            (update): update is Extract<ConnectionUpdate, { type: typeof type }> => update.type === type,
          ),
        { what: `${type} among ${updates.map((update) => update.type)}`, ms },
      ),
  };
};

/** Pairs by QR, restarts as WhatsApp asks, and resolves with the session that is connected and caught up. */
export const pair = async (
  whatsApp: WhatsApp,
  owner: Ownership,
  scan: (qr: string) => Promise<unknown>,
): Promise<TestSession> => {
  let scanned: Promise<unknown> | null = null;
  const first = await openSession(whatsApp, owner, (qr) => {
    scanned ??= scan(qr);
  });
  await first.until('closed');
  await scanned;
  const second = await openSession(whatsApp, owner);
  await second.until('caught_up');
  return second;
};

/** Everything that the log holds of an account. */
export const eventsOf = async (log: EventLog, account: string): Promise<Recorded<WildcatEvent>[]> => {
  const events: Recorded<WildcatEvent>[] = [];
  for await (const batch of log.read({ subjects: [`wildcat.${account}.>`], after: 0 })) {
    for (const entry of batch) if (entry.kind === 'event') events.push(entry.event);
  }
  return events;
};
