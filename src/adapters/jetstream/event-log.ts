import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  type LastForMsgRequest,
  type NextMsgRequest,
  type SeqMsgRequest,
  type StartTimeMsgRequest,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { WildcatError } from '../../errors.ts';
import { AGGREGATES, aggregateOf, versionSubject, type WildcatEvent } from '../../events/codec.ts';
import { messageId, naturalKey } from '../../events/dedupe.ts';
import { eventId, type NewEvent } from '../../events/event.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import { lastBefore } from './before.ts';
import { streamOf } from './cursor.ts';
import { appendFenced } from './decision.ts';
import { createDecoder, decodeEntry } from './decode.ts';
import { type BlobSink, encodeMessage } from './encode.ts';
import { watchLink } from './link.ts';
import { createPublisher, type Patience } from './publisher.ts';
import { readLog } from './reader.ts';
import { noAnswer } from './server-errors.ts';
import { ensureStream, STREAM, stateOf } from './stream.ts';
import { createDoubt, type Trouble, troubleOf } from './trouble.ts';

export type EventLogDeps = Readonly<{
  nc: NatsConnection;
  blobs: BlobSink;
  log: Logger;
  now: () => Date;
  /** Told how long each append took, in milliseconds, and how it ended: `stored`, `duplicate` or an error's code. */
  onAppend?: (ms: number, outcome: string) => void;
}>;

/** `trouble`: why the log takes no events though its server can be reached, as far as is known. */
export type JetStreamLog = EventLog & { trouble: () => Promise<Trouble | null> };

export type EventLogOptions = Readonly<{
  /** The stream's limit; null keeps that of an existing stream and gives a new one 80 % of `dataDir`'s free disk. */
  maxBytes: number | null;
  dataDir: string;
  /** How long the server remembers `Nats-Msg-Id`s. */
  dedupeMs: number;
  patience?: Patience;
}>;

const PATIENCE: Patience = { ackMs: 5_000, totalMs: 30_000 };
/** Patience of the set-up, in ms: a busy server that syncs every write may take its time, once. */
const SETUP_MS = 20_000;
const MAX_BATCH = 500;
const RETRY_MS = 100;

/** What the server refuses for good, e.g. since the stream is gone. */
const isFinal = (error: unknown): boolean => error instanceof JetStreamApiError && error.status < 500;

const outcomeOf = (error: unknown): string => (error instanceof WildcatError ? error.code : 'failed');

/** The client's own type leaves out what the server takes beside a position. */
type MsgQuery = LastForMsgRequest | (Partial<SeqMsgRequest & NextMsgRequest> & Partial<StartTimeMsgRequest>);

/**
 * The event log on the stream WILDCAT, which is set up first (throws as `ensureStream`). It lives as long as the
 * connection: end followers by their signals and await open appends before closing it.
 */
export const createEventLog = async (deps: EventLogDeps, options: EventLogOptions): Promise<JetStreamLog> => {
  const { nc, blobs, log, now } = deps;
  const patience = options.patience ?? PATIENCE;
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: patience.ackMs });
  const setUp = await jetstreamManager(nc, { checkAPI: false, timeout: SETUP_MS });
  const replicas = await ensureStream(setUp, options, log);
  const link = watchLink(nc);
  const publish = createPublisher(nc, link, { ...patience, oneByOne: replicas > 1 }, log);
  const reader = { js: jetstream(nc, { timeout: patience.ackMs }), jsm, link, log };
  const decode = createDecoder();
  const doubt = createDoubt();

  const timed = async <T>(act: () => Promise<T>, outcome: (result: T) => string): Promise<T> => {
    const start = performance.now();
    try {
      const result = await act();
      deps.onAppend?.(performance.now() - start, outcome(result));
      return result;
    } catch (error) {
      deps.onAppend?.(performance.now() - start, outcomeOf(error));
      throw error;
    }
  };
  const draft = (event: NewEvent<WildcatEvent>, key: string) => ({ event, key, at: now().toISOString() });

  // A lost ack makes our own first send look like a predecessor; the time of the append tells them apart.
  const isOurs = async (seq: number, payload: Uint8Array): Promise<boolean> => {
    const stored = await insist(() => jsm.streams.getMessage(STREAM, { seq })).catch(() => null);
    return stored !== null && Buffer.compare(stored.data, payload) === 0;
  };

  const append: EventLog['append'] = (event, key) =>
    timed(
      async () => {
        const name = key ?? naturalKey(event) ?? randomUUID();
        const message = await encodeMessage(draft(event, name), blobs);
        const { seq, duplicate, sends } = await doubt.watch(() => publish(message));
        return { seq, duplicate: duplicate && !(sends > 1 && (await isOurs(seq, message.payload))) };
      },
      ({ duplicate }) => (duplicate ? 'duplicate' : 'stored'),
    );

  const appendDecision: EventLog['appendDecision'] = (event, version) =>
    timed(
      async () => {
        const key = randomUUID();
        const decision = {
          event: await encodeMessage(draft(event, key), blobs),
          eventId: eventId(messageId(event, key)),
          versionSubject: versionSubject(event.account, aggregateOf(event.type)),
          version,
        };
        const fenced = { nc, jsm, link, patience, log };
        const decided = await doubt.watch(() => appendFenced(fenced, decision));
        return { seq: decided - 1, duplicate: false, version: decided };
      },
      () => 'stored',
    );

  const info = () => jsm.streams.info(STREAM);
  const state: EventLog['state'] = async () => {
    const told = await info().catch((error: unknown) => {
      throw noAnswer(error);
    });
    return stateOf(told);
  };

  /** Asks what may be asked twice, until an answer comes or patience ends. */
  const insist = async <T>(ask: () => Promise<T>): Promise<T> => {
    const deadline = performance.now() + patience.totalMs;
    for (;;) {
      await link.whenUp(deadline - performance.now());
      try {
        return await ask();
      } catch (error) {
        if (performance.now() >= deadline || link.isClosed() || isFinal(error)) throw noAnswer(error);
        await pause(RETRY_MS);
      }
    }
  };

  // of the leader, since a replica may lag
  const find = (query: MsgQuery) => insist(() => jsm.streams.getMessage(STREAM, query as SeqMsgRequest));

  const end: EventLog['end'] = async (account, aggregate) => {
    return (await find({ last_by_subj: `wildcat.${account}.${aggregate}.>` }))?.seq ?? 0;
  };

  return {
    append,
    appendDecision,
    end,
    at: async (seq) => {
      const message = await find({ seq });
      return message === null ? null : decodeEntry(message);
    },
    lastBefore: (stretch, accepts) =>
      lastBefore((seq, next_by_subj) => find({ seq, next_by_subj }), stretch, accepts),
    before: async (time) => {
      const first = await find({ seq: 0, start_time: time.toISOString() });
      return first === null ? (await state()).lastSeq : first.seq - 1;
    },
    follow: (stretch, { signal, max = MAX_BATCH }) => readLog(reader, { ...stretch, max, signal, decode }),
    async *read(stretch, { max = MAX_BATCH, window } = {}) {
      const stream = await insist(info);
      const { signal } = new AbortController();
      const until = stream.state.last_seq;
      yield* readLog(reader, { ...stretch, max, window, until, stream: streamOf(stream), signal, decode });
    },
    state,
    trouble: async () => (link.isUp() ? troubleOf(jsm, doubt) : null),
    purge: async (account, before, rest = before) => {
      const purge = (filter: string, seq: number) => insist(() => jsm.streams.purge(STREAM, { filter, seq }));
      await purge(`wildcat.${account}.>`, before);
      if (rest === before) return;
      for (const aggregate of AGGREGATES)
        if (aggregate !== 'account') await purge(`wildcat.${account}.${aggregate}.>`, rest);
    },
  };
};
