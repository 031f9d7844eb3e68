import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import { WildcatError } from '../../errors.ts';
import type { Stretch } from '../../ports/event-log.ts';
import { hasApiCode, STREAM_NOT_FOUND } from './server-errors.ts';
import { STREAM } from './stream.ts';

/** What has been given so far, and of which stream (its creation time), which may have more than one replica. */
export type Cursor = { after: number; identity: string | null; isReplicated: boolean };

/** What a cursor keeps of the stream that it reads. */
export const streamOf = ({ created, config }: StreamInfo): Omit<Cursor, 'after'> => ({
  identity: created,
  isReplicated: config.num_replicas > 1,
});

/**
 * The stream must be the one that the reading began with, and not shorter than what was read: a wiped or restored
 * one would be skipped silently. Throws `misconfigured` where it is not.
 */
export const checkIdentity = async (jsm: JetStreamManager, cursor: Cursor): Promise<void> => {
  const stream = await jsm.streams.info(STREAM).catch((error: unknown) => {
    if (!hasApiCode(error, STREAM_NOT_FOUND)) throw error;
    throw new WildcatError('misconfigured', `The stream ${STREAM} is gone`, { cause: error });
  });
  const { created, state } = stream;
  if (cursor.identity !== null && cursor.identity !== created)
    throw new WildcatError('misconfigured', `The stream ${STREAM} is another one than before, of ${created}`);
  if (state.last_seq < cursor.after)
    throw new WildcatError(
      'misconfigured',
      `The stream ${STREAM} ends at ${state.last_seq}, before the position ${cursor.after}: it was wiped or restored`,
    );
  Object.assign(cursor, streamOf(stream));
};

/**
 * Whether a stretch that was read up to `after` ends there, where its consumer has nothing more. In a cluster that
 * consumer may live with a replica that lags behind: there the leader tells.
 */
export const isEnd = async (
  jsm: JetStreamManager,
  { subjects, until = Number.POSITIVE_INFINITY }: Pick<Stretch, 'subjects'> & Readonly<{ until?: number }>,
  { after, isReplicated }: Cursor,
): Promise<boolean> => {
  if (!isReplicated || after >= until) return true;
  const queries = subjects.map((next_by_subj) => ({ seq: after + 1, next_by_subj }));
  const next = await Promise.all(queries.map((query) => jsm.streams.getMessage(STREAM, query)));
  return next.every((message) => message === null || message.seq > until);
};
