import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
} from 'mongodb';

export const DUPLICATE_KEY = 11_000;

/** Whether the server refused a write for an id, or another unique value, that is taken. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof MongoError && error.code === DUPLICATE_KEY;

/** Whether the insert went in: false where `isDuplicate`. Rejects with whatever else it fails at. */
export const isInserted = (inserting: Promise<unknown>): Promise<boolean> =>
  inserting.then(
    () => true,
    (error: unknown) => {
      if (isDuplicate(error)) return false;
      throw error;
    },
  );

const TRANSIENT = [MongoNetworkError, MongoOperationTimeoutError, MongoServerSelectionError];

// What a broken connection ends a bulk write with; a server's own refusal has a number or write errors.
const isBrokenBulk = (error: unknown): boolean =>
  error instanceof MongoBulkWriteError &&
  typeof error.code !== 'number' &&
  [error.writeErrors].flat().length === 0;

/** What a server says that steps down, shuts down or has lost its peers (MongoDB's specification of retryable reads). */
const STEPS_DOWN: ReadonlySet<unknown> = new Set([
  6, 7, 89, 91, 134, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/** What a server labels so: the last one where it has too much to do. */
const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'RetryableError'];

/** Whether the outcome is unknown and the same write may simply be tried again. */
export const isTransient = (error: unknown): boolean =>
  TRANSIENT.some((kind) => error instanceof kind) ||
  isBrokenBulk(error) ||
  (error instanceof MongoError &&
    (STEPS_DOWN.has(error.code) || LABELS.some((label) => error.hasErrorLabel(label))));
