import { type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { InvalidArgumentError, type MsgHdrs, type NatsConnection, nuid } from '@nats-io/transport-node';
import { messageOf, WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { RawLog, RawMessage } from '../../ports/raw-log.ts';
import { headersOf } from './encode.ts';
import { watchLink } from './link.ts';
import { readLog } from './reader.ts';
import { type Reply, readReply } from './replies.ts';
import { hasApiCode, noAnswer, STREAM_NOT_FOUND } from './server-errors.ts';
import { PURGED_UPTO, STREAM, stateOf } from './stream.ts';

const ANSWER_MS = 10_000;
const MAX_BATCH = 500;

const pairsOf = (headers: MsgHdrs | undefined): Record<string, string> =>
  Object.fromEntries([...(headers ?? [])].map(([name, values]) => [name, values[0] ?? '']));

const rawOf = ({ seq, subject, headers, data }: JsMsg): RawMessage => ({
  seq,
  subject,
  headers: pairsOf(headers),
  payload: data,
});

/** As after a start on an empty directory: whoever asks means another one. */
const noLog = (cause: unknown): WildcatError =>
  new WildcatError(
    'misconfigured',
    'This NATS has no log of Wildcat: give the DATA_DIR or NATS_URL of the service that is meant',
    { cause },
  );

const answered = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    throw hasApiCode(error, STREAM_NOT_FOUND) ? noLog(error) : noAnswer(error);
  }
};

const notTaken = (error: Error, after: number): string =>
  `NATS does not take one of the messages after position ${after} of the log: ${error.message}`;

/** What the server notes itself (`_nats.…`) is not for us to send back. */
const ownMetadata = (metadata: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).filter(([key]) => !key.startsWith('_nats.')));

/**
 * The stream WILDCAT, which must exist, as bytes. Calls throw `misconfigured` where it does not, `unavailable` where the
 * server does not answer.
 */
export const createRawLog = async (nc: NatsConnection, log: Logger): Promise<RawLog> => {
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: ANSWER_MS });
  const reader = { js: jetstream(nc, { timeout: ANSWER_MS }), jsm, link: watchLink(nc), log };
  const info = () => answered(() => jsm.streams.info(STREAM));

  /** One atomic batch (ADR-50); the whole of it stands or falls with the fence on its first message. */
  const sendBatch = async (after: number, messages: readonly Omit<RawMessage, 'seq'>[]): Promise<Reply> => {
    const batch = nuid.next();
    const headersFor = (message: Omit<RawMessage, 'seq'>, n: number) =>
      headersOf({
        ...message.headers,
        ...(n === 0 ? { 'Nats-Expected-Last-Sequence': String(after) } : {}),
        ...(n === messages.length - 1 ? { 'Nats-Batch-Commit': '1' } : {}),
        'Nats-Batch-Id': batch,
        'Nats-Batch-Sequence': String(n + 1),
      });
    try {
      for (const [n, message] of messages.slice(0, -1).entries())
        nc.publish(message.subject, message.payload, { headers: headersFor(message, n) });
      const last = messages.at(-1);
      if (last === undefined) throw new Error('an empty batch');
      const headers = headersFor(last, messages.length - 1);
      return readReply(await nc.request(last.subject, last.payload, { headers, timeout: ANSWER_MS }));
    } catch (error) {
      // too large for this server: that of its origin took more
      if (error instanceof InvalidArgumentError)
        return {
          kind: 'refused',
          error: new WildcatError('unprocessable', notTaken(error, after), { cause: error }),
        };
      return { kind: 'again', reason: messageOf(error) };
    }
  };

  return {
    state: async () => stateOf(await info()),
    read: (stretch, signal) => readLog(reader, { ...stretch, max: MAX_BATCH, signal, decode: rawOf }),
    last: async () => {
      const stored = await answered(() => jsm.streams.getMessage(STREAM, { last_by_subj: 'wildcat.>' }));
      if (stored === null) return null;
      const { seq, subject, header, data } = stored;
      return { seq, subject, headers: pairsOf(header), payload: data };
    },
    next: async (subject, after) => {
      const query = { seq: after + 1, next_by_subj: subject };
      return (await answered(() => jsm.streams.getMessage(STREAM, query)))?.seq ?? null;
    },
    append: async (after, messages) => {
      const reply = await sendBatch(after, messages);
      if (reply.kind === 'refused') throw reply.error;
      if (reply.kind === 'stored') return null;
      return reply.kind === 'again' ? reply.reason : reply.kind;
    },
    purge: async (upto, kinds) => {
      const { config } = await info();
      const known = ownMetadata(config.metadata);
      const floor = String(Math.max(upto, Number(known[PURGED_UPTO] ?? 0)));
      await answered(() => jsm.streams.update(STREAM, { metadata: { ...known, [PURGED_UPTO]: floor } }));
      for (const kind of kinds)
        await answered(() => jsm.streams.purge(STREAM, { filter: `wildcat.*.${kind}.>`, seq: upto + 1 }));
    },
  };
};
