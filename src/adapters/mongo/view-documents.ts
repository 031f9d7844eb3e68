import { BSON, type Db, MongoInvalidArgumentError, MongoServerError } from 'mongodb';
import { z } from 'zod';

/** BadValue, DuplicateKey, BSONObjectTooLarge, Location17280 and the like: the document is at fault, not the moment. */
const UNSTORABLE_CODES = new Set<unknown>([2, 9, 11000, 10334, 17419, 17420]);

/** Whether it is the document that can't be stored, not the moment. */
export const isUnstorable = (error: unknown): boolean => {
  if (error instanceof MongoServerError)
    return UNSTORABLE_CODES.has(error.code) && !error.hasErrorLabel('TransientTransactionError');
  // a RangeError is how BSON says that its buffer is too small for a document
  return (
    error instanceof MongoInvalidArgumentError ||
    error instanceof RangeError ||
    BSON.BSONError.isBSONError(error)
  );
};

/** The ids that begin with a prefix, as a range that an index can walk. */
export const startingWith = (prefix: string) => {
  const last = prefix.length - 1;
  return { $gte: prefix, $lt: prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1) };
};

const storage = z.object({ storageSize: z.number(), totalIndexSize: z.number() });

/** How many documents a collection has, roughly, and the bytes of them and their indexes; null where not told. */
export const sizeOf = async (
  db: Db,
  collection: string,
): Promise<Readonly<{ documents: number; bytes: number | null }>> => {
  const [documents, stats] = await Promise.all([
    db.collection(collection).estimatedDocumentCount(),
    db.command({ collStats: collection }).catch(() => null),
  ]);
  const told = storage.safeParse(stats);
  return { documents, bytes: told.success ? told.data.storageSize + told.data.totalIndexSize : null };
};
