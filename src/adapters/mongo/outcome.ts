import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
} from 'mongodb';

/** Whether the server refused a write for an id, or another unique value, that is taken. */
export const isDuplicate = (error: unknown): boolean => error instanceof MongoError && error.code === 11_000;

const TRANSIENT = [MongoNetworkError, MongoOperationTimeoutError, MongoServerSelectionError];

// What a broken connection ends a bulk write with; a server's own refusal has a number or write errors.
const isBrokenBulk = (error: unknown): boolean =>
  error instanceof MongoBulkWriteError &&
  typeof error.code !== 'number' &&
  [error.writeErrors].flat().length === 0;

/** Whether the outcome is unknown and the same write may simply be tried again. */
export const isTransient = (error: unknown): boolean =>
  TRANSIENT.some((kind) => error instanceof kind) ||
  isBrokenBulk(error) ||
  (error instanceof MongoError &&
    (error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('TransientTransactionError')));
