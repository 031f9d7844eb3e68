import { messageOf, WildcatError } from '../../errors.ts';
import type { Ownership } from '../../ports/whatsapp.ts';
import type { Sealer } from '../crypto.ts';
import { decodeChanges, decodeValue } from './auth-store-codec.ts';
import {
  type Journal,
  type KeyChange,
  type KeyDoc,
  NewerOwner,
  OWNER,
  rowPlace,
  valuePlace,
} from './auth-store-docs.ts';
import { isDuplicate } from './outcome.ts';

type Insert = (journal: Journal, row: KeyDoc & { _id: number }) => Promise<void>;

const CLAIMS = 20;

const isRow = (doc: KeyDoc): doc is KeyDoc & { _id: number } => typeof doc._id === 'number';

const refuseNewer = (docs: readonly KeyDoc[], { account, epoch }: Ownership): void => {
  const newest = docs.reduce((max, doc) => Math.max(max, doc.epoch), 0);
  if (newest <= epoch) return;
  throw new NewerOwner(
    `the keys of ${account} were written under lease ${newest}, this is lease ${epoch}: another process runs the account, or NATS was set up anew while MongoDB was kept`,
  );
};

const newestNumber = async ({ keys, owner }: Journal): Promise<number> => {
  const rows = keys.find({ _id: { $gt: 0 } }).sort({ _id: -1 });
  const docs = [...(await rows.limit(1).toArray()), ...(await keys.find({ _id: OWNER }).toArray())];
  refuseNewer(docs, owner);
  return docs.reduce((max, doc) => Math.max(max, isRow(doc) ? doc._id : (doc.folded ?? 0)), 0);
};

/**
 * Takes the next number of the journal, so that a former owner's next row finds it taken. Returns the number. Only
 * what was read after that is certain to be all there is.
 */
export const claimJournal = async (journal: Journal, insert: Insert): Promise<number> => {
  const { owner, writer } = journal;
  for (let attempt = 1; ; attempt++) {
    const n = (await newestNumber(journal)) + 1;
    try {
      await insert(journal, { _id: n, epoch: owner.epoch, writer });
      return n;
    } catch (error) {
      if (!(error instanceof NewerOwner) || attempt === CLAIMS) throw error;
    }
  }
};

/**
 * Puts the owner's document under this owner's epoch, so that no fold of a former one moves it any more. To be done
 * before anything is loaded: a read of many documents is no snapshot, and could find keys from before such a fold
 * beside a marker that calls them new. Throws `NewerOwner` where it is a newer one's already.
 */
export const raiseEpoch = async ({ keys, owner: { account, epoch } }: Journal): Promise<void> => {
  try {
    await keys.updateOne(
      { _id: OWNER, epoch: { $lte: epoch } },
      { $set: { epoch }, $setOnInsert: { folded: 0 } },
      { upsert: true },
    );
  } catch (error) {
    throw isDuplicate(error)
      ? new NewerOwner(`the keys of ${account} belong to a newer owner`, error)
      : error;
  }
};

const readValue = (doc: KeyDoc, type: string, account: string, sealer: Sealer): unknown => {
  if (doc.v === undefined) throw new Error(`key document ${doc._id} is empty`);
  return decodeValue(type, sealer.open(doc.v, `${account}|${doc._id}`));
};

const keyOf = (doc: KeyDoc, account: string, sealer: Sealer): KeyChange => {
  const place = String(doc._id);
  const bar = place.indexOf('|');
  const type = place.slice(0, bar);
  return { type, id: place.slice(bar + 1), value: readValue(doc, type, account, sealer) };
};

const changesOf = (row: KeyDoc & { _id: number }, account: string, sealer: Sealer): KeyChange[] =>
  row.v === undefined ? [] : decodeChanges(sealer.open(row.v, rowPlace(account, row._id)));

// A missing row would bring back an old ratchet state unnoticed.
const rowsBehind = (docs: readonly KeyDoc[], folded: number, claim: number) => {
  const rows = docs.filter(isRow).filter((row) => row._id > folded && row._id <= claim);
  rows.sort((one, other) => one._id - other._id);
  const first = folded === 0 ? (rows[0]?._id ?? claim) : folded + 1;
  rows.forEach((row, index) => {
    if (row._id !== first + index) throw new Error(`journal row ${first + index} is missing`);
  });
  return rows;
};

/** `unfolded`: the newest of each key (null: deleted) in rows that no key document shows yet. */
type LoadedKeys = Readonly<{ loaded: readonly KeyChange[]; unfolded: readonly KeyChange[] }>;

/** Every committed key: the documents, then the journal's rows over them. Throws `unavailable` or `misconfigured`. */
export const loadKeys = async (
  { keys, owner }: Journal,
  sealer: Sealer,
  claim: number,
): Promise<LoadedKeys> => {
  const docs = await keys.find({}).toArray();
  refuseNewer(docs, owner);
  const folded = docs.find((doc) => doc._id === OWNER)?.folded ?? 0;
  const state = new Map<string, KeyChange>();
  const unfolded = new Map<string, KeyChange>();
  try {
    for (const doc of docs.filter((doc) => !isRow(doc) && doc._id !== OWNER)) {
      state.set(String(doc._id), keyOf(doc, owner.account, sealer));
    }
    for (const row of rowsBehind(docs, folded, claim)) {
      for (const change of changesOf(row, owner.account, sealer)) {
        unfolded.set(valuePlace(change.type, change.id), change);
      }
    }
  } catch (error) {
    throw new WildcatError(
      'misconfigured',
      `the Signal keys of ${owner.account} can't be read: ${messageOf(error)}. Is this the SECRET_KEY they were written with? Nothing was changed; erase the account to pair it anew.`,
      { cause: error },
    );
  }
  const all = new Map([...state, ...unfolded]);
  return {
    loaded: [...all.values()].filter((change) => change.value !== null),
    unfolded: [...unfolded.values()],
  };
};
