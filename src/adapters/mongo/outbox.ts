import type { Collection, Db } from 'mongodb';
import type { Outbox, PreparedSend } from '../../ports/whatsapp.ts';
import { untilAnswered } from './in-time.ts';
import { sharedWrites } from './shared-writes.ts';

type OutboxDoc = {
  _id: string;
  account: string;
  waId: string;
  to: string;
  message: Uint8Array;
  attributes: Record<string, string>;
  at: Date;
};

export type OutboxStore = Outbox &
  Readonly<{
    /**
     * Keeps a prepared send; the first one under an id stays. Resolves once it is on disk of a majority; calls at
     * one time share a write. Rejects after 30 s without an answer.
     */
    put: (account: string, send: PreparedSend) => Promise<void>;
  }>;

const TWO_WEEKS_S = 14 * 24 * 3_600;

const idOf = (account: string, waId: string): string => `${account}/${waId}`;

const write = (rows: Collection<OutboxDoc>, docs: readonly OutboxDoc[]): Promise<void> => {
  const updates = docs.map(({ _id, ...doc }) => ({
    updateOne: { filter: { _id }, update: { $setOnInsert: doc }, upsert: true },
  }));
  return untilAnswered(() => rows.bulkWrite(updates, { ordered: false }));
};

/** Prepared sends in the state database, kept for two weeks (a recipient may ask for a repeat that long). */
export const createOutbox = async (state: Db, now: () => Date): Promise<OutboxStore> => {
  const rows = state.collection<OutboxDoc>('outbox', { promoteBuffers: true });
  await rows.createIndex({ at: 1 }, { expireAfterSeconds: TWO_WEEKS_S });
  await rows.createIndex({ account: 1 });

  const put = sharedWrites<OutboxDoc>((docs) => write(rows, docs));

  return {
    put: (account, { waId, to, message, attributes }) =>
      put([
        {
          _id: idOf(account, waId),
          account,
          waId,
          to,
          message: Buffer.from(message),
          attributes: { ...attributes },
          at: now(),
        },
      ]),
    find: async (account, waId) => {
      const doc = await rows.findOne({ _id: idOf(account, waId) });
      if (doc === null) return null;
      return { waId, to: doc.to, message: doc.message, attributes: doc.attributes };
    },
    eraseAccount: async (account) => {
      await rows.deleteMany({ account });
    },
  };
};
