import { type AnyBulkWriteOperation, type Collection, type Db, MongoBulkWriteError } from 'mongodb';
import type {
  Attempt,
  AttemptRecord,
  Deliveries,
  Delivery,
  DeliveryStatus,
  Parked,
} from '../../ports/webhooks.ts';
import { orUnavailable } from './away.ts';
import { DUPLICATE_KEY } from './outcome.ts';
import { sharedWrites } from './shared-writes.ts';

type ParkedRow = Parked & { _id: string };
type DeliveryRow = {
  _id: string;
  webhook: string;
  account: string;
  seq: number;
  event: string;
  type: string;
  status: DeliveryStatus;
  attempts: AttemptRecord[];
  nextAttemptAt: string | null;
  expiresAt: Date;
};
type StandingRow = { _id: string; failingSince: number };

const KEPT_ATTEMPTS = 20;
/** What is parked in so many ms shares a write: where an endpoint is dead, every event for it is parked. */
const GATHER_MS = 100;

const idOf = (line: string, seq: number): string => `${line}/${String(seq).padStart(16, '0')}`;

const recordOf = ({ posted: { at, ms, status, error } }: Attempt): AttemptRecord => ({
  at,
  ms,
  status,
  error,
});

const rowOf = (attempt: Attempt, expiresAt: Date): DeliveryRow => {
  const { deliveryId: _id, webhook, account, seq, event, type, status, nextAttemptAt } = attempt;
  const attempts = [recordOf(attempt)];
  return { _id, webhook, account, seq, event, type, status, attempts, nextAttemptAt, expiresAt };
};

const addition = (attempt: Attempt, expiresAt: Date): AnyBulkWriteOperation<DeliveryRow> => {
  const { _id, attempts, status, nextAttemptAt, expiresAt: _, ...first } = rowOf(attempt, expiresAt);
  return {
    updateOne: {
      filter: { _id },
      update: {
        $setOnInsert: first,
        $set: { status, nextAttemptAt, expiresAt },
        $push: { attempts: { $each: attempts, $slice: -KEPT_ATTEMPTS } },
      },
      upsert: true,
    },
  };
};

/** Inserts those that are new, in one go; gives back those that were there already. */
const insertNew = async (
  rows: Collection<DeliveryRow>,
  attempts: readonly Attempt[],
  expiresAt: Date,
): Promise<readonly Attempt[]> => {
  if (attempts.length === 0) return [];
  try {
    await rows.insertMany(
      attempts.map((attempt) => rowOf(attempt, expiresAt)),
      { ordered: false },
    );
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failed = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    if (failed.length === 0 || failed.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
    return failed.flatMap(({ index }) => attempts[index] ?? []);
  }
};

const deliveryOf = (row: DeliveryRow): Delivery => {
  const { _id: id, webhook: webhookId, account: accountId, seq: position, expiresAt: _, ...rest } = row;
  return { id, webhookId, accountId, position, ...rest };
};

/** Everything with this prefix of `/`-separated names, and the name itself. */
const under = (line: string) => ({ $gte: `${line}/`, $lt: `${line}0` });

/**
 * Deliveries and what waits for one, in the state database. A delivery is forgotten `keepMs` after its last attempt.
 * Creates its indexes. Calls throw `unavailable` where MongoDB does not answer.
 */
export const createDeliveries = async (
  state: Db,
  { keepMs, now }: Readonly<{ keepMs: number; now: () => Date }>,
): Promise<Deliveries> => {
  const parked = state.collection<ParkedRow>('webhook_parked');
  const rows = state.collection<DeliveryRow>('webhook_deliveries');
  const standing = state.collection<StandingRow>('webhook_standing');
  await orUnavailable(() => rows.createIndex({ webhook: 1, seq: -1 }));
  await orUnavailable(() => rows.createIndex({ account: 1 }));
  await orUnavailable(() => rows.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }));
  await orUnavailable(() => parked.createIndex({ account: 1 }));

  const park = sharedWrites<Parked>(async (waiting) => {
    const updates = waiting.map((row) => ({
      replaceOne: { filter: { _id: idOf(row.line, row.seq) }, replacement: row, upsert: true },
    }));
    await orUnavailable(() => parked.bulkWrite(updates, { ordered: false }));
  }, GATHER_MS);

  return {
    parked: (line) =>
      orUnavailable(async () => {
        const found = await parked
          .find({ _id: under(line), line })
          .sort({ _id: 1 })
          .toArray();
        return found.map(({ _id, ...row }) => row);
      }),
    park,
    unpark: async (line, seqs) => {
      if (seqs.length === 0) return;
      const _id = { $in: seqs.map((seq) => idOf(line, seq)) };
      await orUnavailable(() => parked.deleteMany({ _id }));
    },
    record: async (attempts) => {
      if (attempts.length === 0) return;
      const expiresAt = new Date(now().getTime() + keepMs);
      const firsts = attempts.filter(({ isFirst }) => isFirst);
      const known = await orUnavailable(() => insertNew(rows, firsts, expiresAt));
      const others = [...known, ...attempts.filter(({ isFirst }) => !isFirst)];
      if (others.length === 0) return;
      const additions = others.map((attempt) => addition(attempt, expiresAt));
      await orUnavailable(() => rows.bulkWrite(additions, { ordered: true }));
    },
    list: (webhook, { limit, before = Number.MAX_SAFE_INTEGER, status }) =>
      orUnavailable(async () => {
        const filter = {
          webhook,
          seq: { $gte: 0, $lt: before },
          ...(status === undefined ? {} : { status }),
        };
        return (await rows.find(filter).sort({ seq: -1 }).limit(limit).toArray()).map(deliveryOf);
      }),
    find: (webhook, deliveryId) =>
      orUnavailable(async () => {
        const row = await rows.findOne({ _id: deliveryId, webhook });
        return row === null ? null : deliveryOf(row);
      }),
    failingSince: (webhook) =>
      orUnavailable(async () => (await standing.findOne({ _id: webhook }))?.failingSince ?? null),
    setFailingSince: async (webhook, since) => {
      if (since === null) await orUnavailable(() => standing.deleteOne({ _id: webhook }));
      else {
        const change = { $set: { failingSince: since } };
        await orUnavailable(() => standing.updateOne({ _id: webhook }, change, { upsert: true }));
      }
    },
    erase: async (line) => {
      await orUnavailable(() => parked.deleteMany({ _id: under(line) }));
      await orUnavailable(() => rows.deleteMany({ webhook: line }));
      await orUnavailable(() => standing.deleteOne({ _id: line }));
    },
    eraseAccount: async (account, tombstone) => {
      await orUnavailable(() => parked.deleteMany({ account, seq: { $lt: tombstone } }));
      await orUnavailable(() => rows.deleteMany({ account }));
    },
  };
};
