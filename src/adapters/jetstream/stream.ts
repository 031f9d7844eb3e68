import { statfs } from 'node:fs/promises';
import {
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
  type StreamUpdateConfig,
} from '@nats-io/jetstream';
import { messageOf, WildcatError } from '../../errors.ts';
import type { StreamState } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import { hasApiCode, NAME_IN_USE, STREAM_NOT_FOUND } from './server-errors.ts';

/** The one stream of a Wildcat. */
export const STREAM = 'WILDCAT';
const SUBJECTS = ['wildcat.>'];

/** Key of the stream's metadata that holds the position up to which events were purged after an export. */
export const PURGED_UPTO = 'wildcat_purged_upto';

/** What the server tells of the stream, in our words. */
export const stateOf = ({ created, config, state }: StreamInfo): StreamState => ({
  created,
  firstSeq: state.first_seq,
  lastSeq: state.last_seq,
  messages: state.messages,
  bytes: state.bytes,
  maxBytes: config.max_bytes,
  purgedUpto: Number(config.metadata?.[PURGED_UPTO] ?? 0),
});

/** What may be set from outside. `maxBytes` null: leave an existing stream's limit as it is. */
type StreamWish = Readonly<{ maxBytes: number | null; dedupeMs: number }>;

/** What is to be done about a stream that exists: refuse it with the mends, or change what does no harm. */
type StreamPlan =
  | Readonly<{ kind: 'refuse'; mends: readonly string[] }>
  | Readonly<{ kind: 'update'; changes: Partial<StreamUpdateConfig> }>;

/** Of the account, of every server of a cluster, of the server. */
const NO_STORAGE = [10_002, 10_005, 10_047];
const NANOS = 1_000_000;
/** Of a new stream. */
const REPLICAS = 1;

/** Of each thing that would break a promise: whether it is so, and what an operator does about it. */
const DANGERS: ReadonlyArray<readonly [(config: StreamConfig) => boolean, string]> = [
  [
    (c) => c.subjects.length !== 1 || c.subjects[0] !== SUBJECTS[0],
    'its subjects must be wildcat.> alone: nats stream edit WILDCAT --subjects "wildcat.>"',
  ],
  [
    (c) => c.retention !== RetentionPolicy.Limits,
    'its retention must be limits (events would vanish once read): move the stream away and start again',
  ],
  [
    (c) => c.discard !== DiscardPolicy.New,
    'it must discard new (the oldest events would be lost when it is full): nats stream edit WILDCAT --discard new',
  ],
  [
    (c) => c.max_age > 0,
    'it must have no max_age (events would vanish): nats stream edit WILDCAT --max-age 0',
  ],
  [
    (c) => c.max_msgs_per_subject > 0,
    'it must have no limit per subject: nats stream edit WILDCAT --max-msgs-per-subject=-1',
  ],
  [
    (c) => c.max_msg_size > 0,
    'it must have no limit of a message (larger events would be refused): nats stream edit WILDCAT --max-msg-size=-1',
  ],
  [
    (c) => c.storage !== StorageType.File,
    'its storage must be file (a restart would lose everything): move the stream away and start again',
  ],
  [
    (c) => c.persist_mode === 'async',
    'its persist_mode must not be async (acknowledged events could be lost): move the stream away and start again',
  ],
  [
    (c) => c.allow_atomic !== true,
    'it must take atomic batches, which decisions need: nats stream edit WILDCAT --allow-batch',
  ],
  [(c) => c.no_ack === true, 'it must acknowledge: nats stream edit WILDCAT --ack'],
  [
    (c) => c.deny_purge,
    'it must allow purges, which erasing an account needs: move the stream away and start again',
  ],
  [(c) => c.sealed, 'it is sealed: move the stream away and start again'],
  [
    (c) => c.mirror !== undefined || (c.sources ?? []).length > 0 || c.subject_transform !== undefined,
    'it must be no mirror, have no sources and transform no subjects: move the stream away and start again',
  ],
];

/** Compares a stream with what the log promises. Pure. */
export const planStream = (config: StreamConfig, wish: StreamWish): StreamPlan => {
  const mends = DANGERS.filter(([applies]) => applies(config)).map(([, mend]) => mend);
  if (mends.length > 0) return { kind: 'refuse', mends };
  const changes: Partial<StreamUpdateConfig> = {
    ...(wish.maxBytes !== null && wish.maxBytes !== config.max_bytes ? { max_bytes: wish.maxBytes } : {}),
    ...(wish.dedupeMs * NANOS === config.duplicate_window ? {} : { duplicate_window: wish.dedupeMs * NANOS }),
    ...(config.allow_direct ? {} : { allow_direct: true }),
  };
  return { kind: 'update', changes };
};

const find = async (jsm: JetStreamManager): Promise<StreamConfig | null> => {
  try {
    return (await jsm.streams.info(STREAM)).config;
  } catch (error) {
    if (hasApiCode(error, STREAM_NOT_FOUND)) return null;
    throw error;
  }
};

/** False where another process was faster, with another limit. */
const create = async (jsm: JetStreamManager, maxBytes: number, dedupeMs: number): Promise<boolean> => {
  const config = {
    name: STREAM,
    subjects: SUBJECTS,
    description: 'Everything that happened. Only Wildcat publishes here.',
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_bytes: maxBytes,
    duplicate_window: dedupeMs * NANOS,
    allow_atomic: true,
    allow_direct: true,
    num_replicas: REPLICAS,
  };
  try {
    await jsm.streams.add(config);
    return true;
  } catch (error) {
    if (hasApiCode(error, NAME_IN_USE)) return false;
    throw error;
  }
};

const freeShare = async (dir: string): Promise<number> => {
  const { bavail, bsize } = await statfs(dir);
  return Math.floor(bavail * bsize * 0.8);
};

const apply = async (
  jsm: JetStreamManager,
  wish: StreamWish & { dataDir: string },
  log: Logger,
): Promise<number> => {
  const config = await find(jsm);
  if (config === null) {
    const maxBytes = wish.maxBytes ?? (await freeShare(wish.dataDir));
    if (!(await create(jsm, maxBytes, wish.dedupeMs))) return apply(jsm, wish, log);
    log.info({ stream: STREAM, maxBytes }, 'stream created');
    return REPLICAS;
  }
  const plan = planStream(config, wish);
  if (plan.kind === 'refuse')
    throw new WildcatError('misconfigured', `The stream ${STREAM} can't be used: ${plan.mends.join('; ')}`);
  if (Object.keys(plan.changes).length > 0) {
    await jsm.streams.update(STREAM, plan.changes);
    log.info({ stream: STREAM, changes: plan.changes }, 'stream updated');
  }
  return config.num_replicas;
};

/**
 * Makes sure that the stream exists as the log needs it: creates it (without `maxBytes` at 80 % of the disk that
 * `dataDir` is on), changes what does no harm, and throws `misconfigured` with the mend for what would break a promise.
 * Resolves with how many servers hold it.
 */
export const ensureStream = async (
  jsm: JetStreamManager,
  wish: StreamWish & { dataDir: string },
  log: Logger,
): Promise<number> => {
  try {
    return await apply(jsm, wish, log);
  } catch (error) {
    if (error instanceof WildcatError) throw error;
    const why = messageOf(error);
    const mend = hasApiCode(error, ...NO_STORAGE)
      ? 'set LOG_MAX_BYTES lower, or max_file_store of the NATS server higher'
      : 'is JetStream enabled, and may this user set up streams?';
    throw new WildcatError('misconfigured', `The stream ${STREAM} can't be set up (${why}): ${mend}`, {
      cause: error,
    });
  }
};
