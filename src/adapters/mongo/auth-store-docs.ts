import type { Collection } from 'mongodb';
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
