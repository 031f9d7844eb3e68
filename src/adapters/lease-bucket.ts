import {
  DiscardPolicy,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { WildcatError } from '../errors.ts';
import type { Logger } from '../ports/logger.ts';
import { hasApiCode, NAME_IN_USE, STREAM_NOT_FOUND } from './jetstream/server-errors.ts';
import { STREAM } from './jetstream/stream.ts';

const BUCKET = 'WILDCAT_LEASES';
const KV_STREAM = `KV_${BUCKET}`;
const NANOS = 1_000_000;
/** Patience of the set-up, in ms: a busy server that syncs every write may take its time, once. */
const SETUP_MS = 20_000;

const replicas = async (jsm: JetStreamManager): Promise<number> => {
  const log = await jsm.streams.info(STREAM).catch(() => null);
  return log?.config.num_replicas ?? 1;
};

/**
 * As many replicas as the log has: whoever spread that over a cluster means to lose a server, and without leases no
 * account connects. Where there are not enough servers now, the next start tries again.
 */
const followLog = async (jsm: JetStreamManager, present: number, log: Logger): Promise<void> => {
  const num_replicas = await replicas(jsm);
  if (num_replicas <= present) return;
  await jsm.streams
    .update(KV_STREAM, { num_replicas })
    .catch((error: unknown) => log.warn({ error }, `${KV_STREAM} has fewer replicas than the log`));
};

/** The bucket as a stream, since `Kvm.create` knows no first sequence. */
const ensureBucket = async (jsm: JetStreamManager, ttlMs: number, log: Logger): Promise<void> => {
  const max_age = ttlMs * NANOS;
  try {
    const { config } = await jsm.streams.info(KV_STREAM);
    if (config.max_age !== max_age)
      await jsm.streams.update(KV_STREAM, { max_age, duplicate_window: max_age });
    await followLog(jsm, config.num_replicas, log);
  } catch (error) {
    if (!hasApiCode(error, STREAM_NOT_FOUND)) throw error;
    await jsm.streams.add({
      name: KV_STREAM,
      subjects: [`$KV.${BUCKET}.>`],
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      max_msgs_per_subject: 1,
      max_age,
      duplicate_window: max_age,
      allow_rollup_hdrs: true,
      // reads go to the leader: a lagging replica would show yesterday's holder
      allow_direct: false,
      num_replicas: await replicas(jsm),
      // epochs must rise even if somebody removes the bucket: a clock does, and faster than renewals
      first_seq: Date.now(),
    });
  }
};

/** The bucket of leases, set up where it is missing; its keys run out after `ttlMs`. Throws `misconfigured`. */
export const openBucket = async (nc: NatsConnection, ttlMs: number, log: Logger): Promise<KV> => {
  const timeout = Math.floor(ttlMs / 4);
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: SETUP_MS });
  try {
    await ensureBucket(jsm, ttlMs, log);
  } catch (error) {
    // another process was faster
    if (!hasApiCode(error, NAME_IN_USE))
      throw new WildcatError('misconfigured', `The bucket ${BUCKET} can't be set up`, { cause: error });
  }
  return new Kvm(jetstream(nc, { timeout })).open(BUCKET, { allow_direct: false });
};
