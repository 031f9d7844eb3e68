import { setTimeout as pause } from 'node:timers/promises';
import {
  type Consumer,
  type ConsumerMessages,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { WildcatError } from '../../errors.ts';
import type { Stretch } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import { createBatch } from './batch.ts';
import { type Cursor, checkIdentity, isEnd } from './cursor.ts';
import { type Link, whileLinked } from './link.ts';
import { NOTHING_YET, withPauses } from './pauses.ts';
import { STREAM } from './stream.ts';

type ReaderDeps = Readonly<{ js: JetStreamClient; jsm: JetStreamManager; link: Link; log: Logger }>;

/**
 * `until`: the last position to give; absent, it goes on for ever. `window`: messages under way at most. `stream`:
 * where it was looked at just now and need not be asked for. `decode` must not throw.
 */
type Reading<T> = Stretch &
  Readonly<{
    max: number;
    signal: AbortSignal;
    until?: number;
    window?: number | undefined;
    stream?: Omit<Cursor, 'after'>;
    decode: (message: JsMsg) => T;
  }>;

const WINDOW = 1_000;
const RETRY_MS = 500;
/** A consumer that nobody pulls from any more (its process died) goes away by itself. */
const ORPHAN_MS = 60_000;
const BAD_REQUEST = 400;
/** Of the account's resources, the cluster's peers, the consumers: bad requests by their status, until there is room. */
const NO_ROOM: ReadonlySet<number> = new Set([10_002, 10_005, 10_026]);
const ALL = 'wildcat.>';
const UNKNOWN = { identity: null, isReplicated: false };

type Batches<T> = AsyncGenerator<readonly T[], boolean>;
/** Whether a read that came so far has all there is. */
type IsEndAt = (after: number) => Promise<boolean>;
type Source = Readonly<{ consumer: Consumer; messages: ConsumerMessages; pending: number }>;

const open = async ({ js }: ReaderDeps, reading: Reading<unknown>, { after }: Cursor): Promise<Source> => {
  const consumer = await js.consumers.get(STREAM, {
    opt_start_seq: after + 1,
    inactive_threshold: ORPHAN_MS,
    ...(reading.subjects.includes(ALL) ? {} : { filter_subjects: [...reading.subjects] }),
  });
  const { num_pending, config } = await consumer.info(true);
  const messages = await consumer.consume({
    // a server's own limit (max_request_batch) stands in the consumer that it made
    max_messages: Math.min(reading.window ?? WINDOW, config.max_batch || WINDOW),
    idle_heartbeat: reading.until === undefined ? 5_000 : 500,
    // a lost consumer is set up again here, where the stream's identity is checked
    abort_on_missing_resource: true,
  });
  return { consumer, messages, pending: num_pending };
};

/**
 * The end of a `read` that no message marks, because what was left has been purged meanwhile: the consumer has
 * nothing more, and delivered nothing after a heartbeat that all its messages preceded.
 */
const watchForEnd = async (
  { consumer, messages }: Source,
  isEndAt: IsEndAt,
  end: () => void,
): Promise<void> => {
  for await (const status of messages.status()) {
    if (status.type !== 'heartbeat') continue;
    const { num_pending, delivered } = await consumer.info();
    if (num_pending > 0 || delivered.consumer_seq !== status.lastConsumerSequence) continue;
    if (await isEndAt(delivered.stream_seq)) end();
  }
};

const mayBeLast = (message: JsMsg, until: number | undefined): boolean =>
  until !== undefined && (message.seq >= until || message.info.pending === 0);

/**
 * Batches: of what has arrived, or, where there is an end to reach, as large as they may be. Returns true where the
 * last one wanted was among them.
 */
async function* gather<T>(
  messages: ConsumerMessages,
  reading: Reading<T>,
  cursor: Cursor,
  isEndAt: IsEndAt,
): Batches<T> {
  const { signal, until } = reading;
  const batch = createBatch(reading, cursor);
  for await (const message of withPauses(messages)) {
    if (signal.aborted) return false;
    const isPause = message === NOTHING_YET;
    if (!isPause) batch.add(message);
    const last = !isPause && mayBeLast(message, until) && (await isEndAt(message.seq));
    if (batch.isReady(isPause ? until === undefined : last)) yield batch.take();
    if (last) return true;
  }
  if (!signal.aborted && batch.isReady(true)) yield batch.take();
  return false;
}

const close = async ({ consumer, messages }: Source, { link, log }: ReaderDeps): Promise<void> => {
  messages.stop();
  if (!link.isUp()) return; // it goes by itself after a minute
  await consumer.delete().catch((error: unknown) => log.debug({ error }, 'a consumer could not be removed'));
};

/** One consumer's life: until the signal, the end of a `read` (returns true), or trouble (false, or throws). */
async function* readOnce<T>(deps: ReaderDeps, reading: Reading<T>, cursor: Cursor): Batches<T> {
  const opening = open(deps, reading, cursor);
  const source = await whileLinked(deps.link, opening).catch((error: unknown) => {
    void opening.then((late) => close(late, deps)).catch(() => undefined); // it failed, too
    throw error;
  });
  const { messages } = source;
  const isEndAt: IsEndAt = (after) => isEnd(deps.jsm, reading, { ...cursor, after });
  let drained = false;
  const end = (): void => {
    drained = true;
    messages.stop();
  };
  const stop = (): void => messages.stop();
  // what a consumer had under way when the connection broke may be lost
  const forget = deps.link.onUp(stop);
  reading.signal.addEventListener('abort', stop);
  if (reading.signal.aborted) stop(); // it came while the consumer was set up
  try {
    if (reading.until !== undefined) {
      if (source.pending === 0 && (await isEndAt(cursor.after))) return true;
      watchForEnd(source, isEndAt, end).catch((error: unknown) => {
        deps.log.debug({ error }, 'end of a read not seen, looking for it anew');
        stop(); // nothing else might end it
      });
    }
    return (yield* gather(messages, reading, cursor, isEndAt)) || drained;
  } finally {
    forget();
    reading.signal.removeEventListener('abort', stop);
    await close(source, deps);
  }
}

const isFatal = (error: unknown): boolean =>
  error instanceof WildcatError ||
  (error instanceof JetStreamApiError && error.status === BAD_REQUEST && !NO_ROOM.has(error.code));

/**
 * Batches of a stretch of the log, in order, without gaps or doubles, over reconnects and restarts of the server.
 * Throws `misconfigured` where the stream is gone, another one, or shorter than the position, and `unavailable`
 * once the connection was closed before the signal.
 */
export async function* readLog<T>(deps: ReaderDeps, reading: Reading<T>): AsyncGenerator<readonly T[], void> {
  const { signal, until = Number.POSITIVE_INFINITY } = reading;
  const cursor: Cursor = { after: reading.after, ...(reading.stream ?? UNKNOWN) };
  let isChecked = reading.stream !== undefined;
  while (!signal.aborted && cursor.after < until) {
    try {
      if (!isChecked) await whileLinked(deps.link, checkIdentity(deps.jsm, cursor));
      isChecked = false;
      if (yield* readOnce(deps, reading, cursor)) return;
    } catch (error) {
      if (isFatal(error)) throw error;
      if (deps.link.isClosed())
        throw new WildcatError('unavailable', 'The connection to the log was closed', { cause: error });
      deps.log.warn({ error, after: cursor.after }, 'reading the log was interrupted, trying again');
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
