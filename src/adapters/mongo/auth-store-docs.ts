import type { Collection } from 'mongodb';
import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
} from 'mongodb';
import type { Ownership } from '../../ports/whatsapp.ts';

/** One key's new value; null deletes it. */
export type KeyChange = Readonly<{ type: string; id: string; value: unknown }>;

/** Id of the document that says up to which row the journal is folded, and under which epoch. */
export const OWNER = 'owner';

/**
 * What an account's collection holds: journal rows (a number as id, consecutive), key documents (`type|id`), and one
 * `owner`. `v` is sealed. A row without `v` is a claim: the first act of a new owner.
 */
export type KeyDoc = {
  _id: string | number;
  epoch: number;
  v?: Uint8Array;
  writer?: string;
  folded?: number;
};

/** On disk of a majority before it is answered. */
export const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/** An account's collection in the hands of one session; `writer` tells its rows from everybody else's. */
export type Journal = Readonly<{ keys: Collection<KeyDoc>; owner: Ownership; writer: string }>;

/** Another process owns this account by now, or may: whoever gets this has to end its socket. */
export class NewerOwner extends Error {
  override readonly name = 'NewerOwner';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** Id of a key's document, and with the account in front the place that its seal is bound to. */
export const valuePlace = (type: string, id: string): string => `${type}|${id}`;

/** The place that a journal row's seal is bound to. */
export const rowPlace = (account: string, n: number): string => `${account}|wal|${n}`;

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
