import { hash } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import { WildcatError } from '../../errors.ts';
import type { Claim, Idempotency, KeyOwner, StoredAnswer } from '../../ports/idempotency.ts';
import { orUnavailable } from './away.ts';
import { isInserted } from './outcome.ts';

type KeyDocument = Readonly<{
  _id: string;
  bodyHash: string;
  waId: string;
  answer: StoredAnswer | null;
  expiresAt: Date;
}>;

const COLLECTION = 'idempotency';
const KEEP_MS = 48 * 3_600_000;
const ATTEMPTS = 3;

// Account ids hold no '.', so `{account}.` is a prefix that no other account shares. A key may be anything: hashed.
const idOf = ({ account, gen }: KeyOwner, key: string): string => `${account}.${gen}/${hash('sha256', key)}`;

const claimOnce = async (
  keys: Collection<KeyDocument>,
  document: KeyDocument,
  now: Date,
): Promise<Claim | null> => {
  if (await isInserted(keys.insertOne(document))) return { kind: 'claimed' };
  // MongoDB deletes what has expired up to a minute late, and some stand-ins later still.
  await keys.deleteOne({ _id: document._id, expiresAt: { $lte: now } });
  const found = await keys.findOne({ _id: document._id });
  return found && { kind: 'taken', bodyHash: found.bodyHash, waId: found.waId, answer: found.answer };
};

/**
 * Idempotency-Keys in the state database. Creates its TTL index. Every call throws `unavailable` where MongoDB does not
 * answer, so that nothing is accepted under a key that could not be claimed.
 */
export const mongoIdempotency = async (db: Db, now: () => Date): Promise<Idempotency> => {
  const keys = db.collection<KeyDocument>(COLLECTION);
  await orUnavailable(() => keys.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }));
  return {
    claim: async (owner, key, { bodyHash, waId }) => {
      const expiresAt = new Date(now().getTime() + KEEP_MS);
      const document: KeyDocument = { _id: idOf(owner, key), bodyHash, waId, answer: null, expiresAt };
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const claim = await orUnavailable(() => claimOnce(keys, document, now()));
        if (claim !== null) return claim;
      }
      throw new WildcatError('unavailable', 'The Idempotency-Key is being changed by others: try again');
    },
    complete: async (owner, key, answer) => {
      await orUnavailable(() =>
        keys.updateOne({ _id: idOf(owner, key), answer: null }, { $set: { answer } }),
      );
    },
    release: async (owner, key) => {
      await orUnavailable(() => keys.deleteOne({ _id: idOf(owner, key), answer: null }));
    },
    eraseAccount: async (account) => {
      await orUnavailable(() => keys.deleteMany({ _id: { $gte: `${account}.`, $lt: `${account}/` } }));
    },
  };
};
