import { type KeyObject, randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import type { Ownership } from '../../ports/whatsapp.ts';
import { createSealer } from '../crypto.ts';
import { encodeChanges, encodeValue } from './auth-store-codec.ts';
import {
  type Journal,
  type KeyChange,
  type KeyDoc,
  NewerOwner,
  OWNER,
  rowPlace,
  valuePlace,
} from './auth-store-docs.ts';
import { claimJournal, loadKeys, raiseEpoch } from './auth-store-load.ts';
import { inTime, TRY_MS, untilAnswered } from './in-time.ts';
import { isDuplicate } from './outcome.ts';

/** The keys of one account under one lease: a journal that is appended to, and key documents that it is folded into. */
export type KeyJournal = Readonly<{
  /** Everything that was committed, newest values. Empty only where the account has no keys at all. */
  loaded: readonly KeyChange[];
  /**
   * Commits a group of changes as one row, all or nothing; one call at a time. Resolves once it is on disk of a
   * majority. Rejects after 30 s without an answer, and with `NewerOwner` where another process took the account or
   * may have: the lease has run out.
   */
  write: (changes: readonly KeyChange[]) => Promise<void>;
  /** Brings the key documents up to the last committed row and drops the rows before it. One call at a time. */
  fold: () => Promise<void>;
}>;

export type AuthStore = Readonly<{
  /**
   * Takes over the account's keys: from here on an older owner's rows collide, and its folds are refused. Rejects
   * where anything can't be read or decrypted; a broken store never looks like an empty one.
   */
  open: (owner: Ownership) => Promise<KeyJournal>;
  /** Drops everything of an account. Repeatable. */
  erase: (collectionName: string) => Promise<void>;
}>;

const BULK = 1_000;

// An insert whose answer got lost is tried again: if the number is taken, the row there tells by whom.
const insertRow = async ({ keys, writer }: Journal, row: KeyDoc & { _id: number }): Promise<void> => {
  try {
    await untilAnswered(() => keys.insertOne(row));
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const found = await inTime(TRY_MS, () => keys.findOne({ _id: row._id }));
    if (found?.writer !== writer)
      throw new NewerOwner(`journal row ${row._id} belongs to another process`, error);
  }
};

/**
 * Signal keys and credentials in MongoDB, one collection per account, sealed under a key of that account. Key
 * documents bear the lease's epoch and give way to none that is older (`{_id, epoch: {$lte: mine}}` with upsert).
 */
export const createAuthStore = (state: Db, secret: KeyObject): AuthStore => ({
  open: async (owner) => {
    const keys = state.collection<KeyDoc>(owner.collectionName, { promoteBuffers: true });
    const sealer = createSealer(secret, `keys/${owner.account}`);
    const journal: Journal = { keys, owner, writer: randomUUID() };
    const claim = await claimJournal(journal, insertRow);
    await raiseEpoch(journal);
    const { loaded, unfolded } = await loadKeys(journal, sealer, claim);

    let last = claim;
    let dirty = new Map<string, KeyChange>();

    const remember = (changes: Iterable<KeyChange>, into: Map<string, KeyChange>): void => {
      for (const change of changes) into.set(valuePlace(change.type, change.id), change);
    };

    // a fold marks all rows before it as folded, those of earlier owners too
    remember(unfolded, dirty);
    // A former owner may still be amid a fold of these, and put one back whose document is gone: so a deleted one
    // keeps a document, which says null.
    const contested: ReadonlySet<string> = new Set(dirty.keys());

    const updateOf = ([_id, change]: readonly [string, KeyChange]) => {
      const filter = { _id, epoch: { $lte: owner.epoch } };
      if (change.value === null && !contested.has(_id)) return { deleteOne: { filter } };
      const v = sealer.seal(encodeValue(change.type, change.value), `${owner.account}|${_id}`);
      return { updateOne: { filter, update: { $set: { epoch: owner.epoch, v } }, upsert: true } };
    };

    const foldInto = async (changed: ReadonlyMap<string, KeyChange>, upTo: number): Promise<void> => {
      const updates = [...changed].map(updateOf);
      for (let from = 0; from < updates.length; from += BULK) {
        await keys.bulkWrite(updates.slice(from, from + BULK), { ordered: false });
      }
      // rows up to `folded` are never applied again: deleting them may stop half-way
      const marker = { _id: OWNER, epoch: { $lte: owner.epoch } };
      const position = { $set: { epoch: owner.epoch, folded: upTo } };
      await keys.updateOne(marker, position, { upsert: true });
      await keys.deleteMany({ _id: { $gt: 0, $lt: upTo, $ne: claim } });
    };

    return {
      loaded,
      write: async (changes) => {
        // numbers collide with those of a newer owner only until the collection is erased
        if (!owner.isValid()) throw new NewerOwner('owner_lost');
        const n = last + 1;
        const v = sealer.seal(encodeChanges(changes), rowPlace(owner.account, n));
        await insertRow(journal, { _id: n, epoch: owner.epoch, writer: journal.writer, v });
        last = n;
        remember(changes, dirty);
      },
      fold: async () => {
        // not ours any more: the journal keeps it for whoever is next, and an erased account stays erased
        if (dirty.size === 0 || !owner.isValid()) return;
        const changed = dirty;
        dirty = new Map();
        try {
          await foldInto(changed, last);
        } catch (error) {
          remember(dirty.values(), changed);
          dirty = changed;
          throw isDuplicate(error) ? new NewerOwner('key documents belong to a newer owner', error) : error;
        }
      },
    };
  },
  erase: async (collectionName) => {
    await state.collection(collectionName).drop();
  },
});
