import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import {
  createEventLog,
  type EventLogDeps,
  type EventLogOptions,
  type JetStreamLog,
} from '../../src/adapters/jetstream/event-log.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { NewEvent } from '../../src/events/event.ts';
import type { Blobs } from '../../src/ports/blobs.ts';
import type { EventLog, LogEntry, Stretch } from '../../src/ports/event-log.ts';
import { fileBlobs } from './blobs.ts';
import { silentLog } from './silent-log.ts';

export type TestLog = Readonly<{
  log: JetStreamLog;
  nc: NatsConnection;
  jsm: JetStreamManager;
  blobs: Blobs;
  /** How each append ended. */
  outcomes: string[];
  close: () => Promise<void>;
}>;

/** The event log on a connection of its own, impatient: 300 ms per ack, 20 s in all. */
export const openLog = async (
  url: string,
  options: Partial<EventLogOptions> = {},
  deps: Partial<EventLogDeps> = {},
): Promise<TestLog> => {
  const dir = await mkdtemp(join(tmpdir(), 'wildcat-blobs-'));
  const nc = await connectNats({ url, name: 'spec' }, silentLog);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const outcomes: string[] = [];
  const blobs = fileBlobs(dir);
  const log = await createEventLog(
    {
      nc,
      blobs,
      log: silentLog,
      now: () => new Date(),
      onAppend: (_ms, outcome) => outcomes.push(outcome),
      ...deps,
    },
    {
      maxBytes: 1_000_000_000,
      dataDir: dir,
      dedupeMs: 600_000,
      patience: { ackMs: 300, totalMs: 20_000 },
      ...options,
    },
  );
  const close = async (): Promise<void> => {
    await nc.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { log, nc, jsm, blobs, outcomes, close };
};

type Given = Partial<Omit<NewEvent, 'type' | 'data'>>;

/** A message that Ann wrote to the account `shop`. */
export const received = (waId: string, given: Given = {}): NewEvent<WildcatEvent> => ({
  account: 'shop',
  gen: 1,
  occurredAt: '2026-01-01T00:00:00.000Z',
  type: 'message.received',
  data: {
    waId,
    chat: { jid: '4915100000001@s.whatsapp.net' },
    from: { jid: '4915100000001@s.whatsapp.net' },
    timestamp: 1_767_225_600,
    content: { type: 'text', text: `text of ${waId}` },
  },
  ...given,
});

/** A decision about the account `shop`. */
export const created = (name = 'Shop', given: Given = {}): NewEvent<WildcatEvent> => ({
  account: 'shop',
  gen: 1,
  occurredAt: '2026-01-01T00:00:00.000Z',
  type: 'account.created',
  data: { name, collectionName: 'auth_shop' },
  ...given,
});

export const EVERYTHING: Stretch = { subjects: ['wildcat.>'], after: 0 };

/** What the log holds of a stretch. */
export const readAll = async (log: EventLog, stretch: Stretch = EVERYTHING): Promise<LogEntry[]> => {
  const entries: LogEntry[] = [];
  for await (const batch of log.read(stretch)) entries.push(...batch);
  return entries;
};

/** The WhatsApp ids of the messages among entries, in their order. */
export const waIdsOf = (entries: readonly LogEntry[]): string[] =>
  entries.flatMap((entry) =>
    entry.kind === 'event' && entry.event.type === 'message.received' ? [entry.event.data.waId] : [],
  );
