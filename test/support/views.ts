import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import { createEventLog } from '../../src/adapters/jetstream/event-log.ts';
import { createBlobStore } from '../../src/adapters/mongo/blob-store.ts';
import { connectMongo, type Databases } from '../../src/adapters/mongo/connect.ts';
import { createViewStore } from '../../src/adapters/mongo/view-store.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import type { EventLog } from '../../src/ports/event-log.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { ViewStore } from '../../src/ports/view-store.ts';
import { VIEWS } from '../../src/projections/all.ts';
import { asView, type Projection, type View } from '../../src/projections/projection.ts';
import { firstOf } from '../../src/projections/runner/builds.ts';
import { runViews, type ViewRunner } from '../../src/projections/runner/run.ts';
import * as make from './events.ts';
import { foldBatches, type Given, type Tables } from './projection-spec.ts';
import { testLog } from './servers.ts';
import { tempDir } from './temp.ts';
import { waitFor } from './wait.ts';

export type World = Readonly<{
  log: EventLog;
  mongo: Databases;
  append: (...events: readonly Given[]) => Promise<number>;
  end: () => Promise<void>;
}>;

/** The log and a pair of databases of one's own on given servers. */
export const connectWorld = async (natsUrl: string, mongoUrl: string, dbName: string): Promise<World> => {
  const mongo = connectMongo(mongoUrl, dbName, 500);
  const nc = await connectNats({ url: natsUrl, name: 'spec' }, testLog);
  const temp = await tempDir();
  const log = await createEventLog(
    { nc, blobs: createBlobStore(mongo.state), log: testLog, now: () => new Date() },
    { maxBytes: 256 * 1024 * 1024, dataDir: temp.dir, dedupeMs: 120_000 },
  );
  let appended = 0;
  return {
    log,
    mongo,
    append: async (...events) => {
      const seqs = await Promise.all(
        events.map((event) => {
          const meta = { account: 'shop', gen: 1, occurredAt: '2026-01-01T00:00:00.000Z' };
          return log.append({ ...meta, ...event }, `${dbName}/${process.pid}/${appended++}`);
        }),
      );
      return Math.max(...seqs.map(({ seq }) => seq));
    },
    end: async () => {
      await mongo.views.dropDatabase().catch(() => undefined);
      await mongo.state.dropDatabase().catch(() => undefined);
      await mongo.close();
      await nc.close();
      await temp.end();
    },
  };
};

type Running = Readonly<{
  views?: readonly View[];
  logger?: Logger;
  failpoint?: (name: string) => void | Promise<void>;
  /** Told of the ids that a runner asks the database for. */
  onLoad?: (ids: readonly string[]) => void;
}>;

export const startRunner = (
  { log, mongo }: World,
  { views = VIEWS, logger = testLog, failpoint, onLoad }: Running = {},
): ViewRunner => {
  const db = { client: mongo.client, db: mongo.views };
  const real = createViewStore(failpoint === undefined ? db : { ...db, failpoint });
  const load: ViewStore['load'] = (collection, ids) => {
    onLoad?.(ids);
    return real.load(collection, ids);
  };
  const store = { ...real, load };
  return runViews({ log, store, logger, now: () => new Date() }, views);
};

/** Waits until every view has folded up to `seq`, those apart among them. */
export const caughtUp = (runner: ViewRunner, seq: number, ms = 30_000): Promise<true> =>
  waitFor(
    async () => {
      const views = (await runner.status()).map(({ build }) => firstOf(build));
      return runner.positions.waitFor(seq, 100, views);
    },
    { what: `views at ${seq}`, ms },
  );

/** All documents of the views as they are stored, by collection and id. */
export const storedTables = async ({ mongo }: World, views: readonly View[] = VIEWS): Promise<Tables> => {
  const tables: Tables = {};
  for (const { collections, version } of views)
    for (const name of Object.keys(collections)) {
      const docs = await mongo.views
        .collection<{ _id: string }>(`${name}_v${version}`)
        .find()
        .sort({ _id: 1 })
        .toArray();
      tables[name] = Object.fromEntries(docs.map((doc) => [doc._id, JSON.parse(JSON.stringify(doc))]));
    }
  return tables;
};

/** What the views must hold: a plain fold of everything in the log. */
export const foldedTables = async ({ log }: World, views: readonly View[] = VIEWS): Promise<Tables> => {
  const events: Recorded<WildcatEvent>[] = [];
  for await (const entries of log.read({ subjects: ['wildcat.>'], after: 0 }))
    for (const entry of entries) if (entry.kind === 'event') events.push(entry.event);
  const tables = await Promise.all(views.map((view) => foldBatches(view, [events])));
  return Object.assign({}, ...tables) as Tables;
};

const person = (n: number) => ({
  jid: `2000000000000${n}@lid`,
  alt: `49160000000${n}@s.whatsapp.net`,
});

/** A varied day of an account: `n` events, messages from 20 people, sends and what becomes of them, edits, reactions. */
export const sampleDay = (n: number, account = 'shop'): Given[] =>
  Array.from({ length: n }, (_, i): Given => {
    const who = person(10 + (i % 20));
    const where = { chat: who, from: who, timestamp: make.NOW + i };
    const target = { waId: `M${i - 3}`, author: person(10 + ((i - 3) % 20)) };
    const over = { chat: target.author, by: target.author, timestamp: make.NOW + i };
    const events: readonly Given[] = [
      make.received(`M${i}`, where),
      make.sendRequested(`S${i}`, { chat: who, timestamp: make.NOW + i }),
      make.statusChanged(`S${i - 1}`, 'delivered'),
      make.received(`M${i}`, where),
      make.reacted({ ...target, waId: `M${i - 4}`, author: person(10 + ((i - 4) % 20)) }, '👍', over),
      make.edited({ ...target, waId: `M${i - 5}`, author: person(10 + ((i - 5) % 20)) }, 'edited', over),
    ];
    return { ...(events[i % events.length] ?? make.received(`M${i}`)), account };
  });

type Counts = { counts: Readonly<{ _id: string; events: number }> };

/** Counts events of messages, and throws at a received one that `fails`. */
export const counting = (fails: (waId: string) => boolean, version = 1): View => {
  const projection: Projection<Counts> = {
    name: 'counting',
    version,
    aggregates: ['message'],
    collections: { counts: [] },
    touches: (event) => [{ collection: 'counts', id: event.account }],
    evolve: (docs, event) => {
      if (event.type === 'message.received' && fails(event.data.waId))
        throw new Error(`can't fold ${event.data.waId}`);
      const events = (docs('counts', event.account)?.events ?? 0) + 1;
      return [{ collection: 'counts', doc: { _id: event.account, events } }];
    },
  };
  return asView(projection);
};
