import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Db, MongoClient } from 'mongodb';
import { connectNats } from '../../../src/adapters/jetstream/connect.ts';
import { createEventLog } from '../../../src/adapters/jetstream/event-log.ts';
import type { EventType, WildcatEvent } from '../../../src/events/codec.ts';
import type { Recorded } from '../../../src/events/event.ts';
import type { EventLog } from '../../../src/ports/event-log.ts';
import { fileBlobs } from '../../support/blobs.ts';
import { startMongo, startNats } from '../../support/servers.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';

type OfType<Type extends EventType> = Recorded<Extract<WildcatEvent, { type: Type }>>;

/** The servers of a spec, and one connection to them. */
export type World = Readonly<{
  natsUrl: string;
  log: EventLog;
  /** The state database. */
  state: Db;
  /** An account's events of the log, in order. */
  events: (account: string) => Promise<Recorded<WildcatEvent>[]>;
  /** Resolves with the first event of that type which the account's log holds after `after`. */
  event: <Type extends EventType>(account: string, type: Type, after?: number) => Promise<OfType<Type>>;
  /** Another connection to NATS, and the log over it. */
  connect: () => Promise<Readonly<{ nc: NatsConnection; log: EventLog }>>;
  close: () => Promise<void>;
}>;

/** Starts NATS and MongoDB of the spec's own. Call `close` in `after`. */
export const openWorld = async (): Promise<World> => {
  const [nats, mongo, dir] = await Promise.all([
    startNats(),
    startMongo(),
    mkdtemp(join(tmpdir(), 'wildcat-reactors-')),
  ]);
  const client = await MongoClient.connect(mongo.url);
  const closers: (() => Promise<unknown>)[] = [];
  const connect: World['connect'] = async () => {
    const nc = await connectNats({ url: nats.url, name: 'spec' }, silentLog);
    closers.push(() => nc.close());
    const deps = { nc, blobs: fileBlobs(dir), log: silentLog, now: () => new Date() };
    const options = { maxBytes: 1_000_000_000, dataDir: dir, dedupeMs: 600_000 };
    return { nc, log: await createEventLog(deps, options) };
  };
  const { log } = await connect();
  const events = async (account: string): Promise<Recorded<WildcatEvent>[]> => {
    const found: Recorded<WildcatEvent>[] = [];
    for await (const entries of log.read({ subjects: [`wildcat.${account}.>`], after: 0 }))
      for (const entry of entries) if (entry.kind === 'event') found.push(entry.event);
    return found;
  };
  const isOf = <Type extends EventType>(event: Recorded<WildcatEvent>, type: Type): event is OfType<Type> =>
    event.type === type;
  return {
    natsUrl: nats.url,
    log,
    state: client.db('reactors_spec_state'),
    events,
    event: (account, type, after = 0) =>
      waitFor(
        async () => {
          for (const event of await events(account)) if (event.seq > after && isOf(event, type)) return event;
          return null;
        },
        { what: `${type} of ${account}` },
      ),
    connect,
    close: async () => {
      for (const end of closers) await end();
      await client.close();
      await Promise.all([nats.stop(), mongo.stop(), rm(dir, { recursive: true, force: true })]);
    },
  };
};
