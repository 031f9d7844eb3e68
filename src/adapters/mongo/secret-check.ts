import type { KeyObject } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import { WildcatError } from '../../errors.ts';
import { createSealer } from '../crypto.ts';
import { isInserted } from './outcome.ts';

const ID = 'check';
const KNOWN = Buffer.from('wildcat');

type CheckDoc = { _id: string; v: Uint8Array };

// of several first starts one leaves its value, and the others have to open that
const begin = async (docs: Collection<CheckDoc>, v: Uint8Array): Promise<CheckDoc | null> => {
  await isInserted(docs.insertOne({ _id: ID, v }));
  return docs.findOne({ _id: ID });
};

/**
 * Makes sure that `secret` is the key this state database was begun with: the first start leaves a sealed value,
 * every later one must be able to open it. Throws `misconfigured` where it can't, before anything is written.
 */
export const checkSecretKey = async (state: Db, secret: KeyObject): Promise<void> => {
  const sealer = createSealer(secret, ID);
  const docs = state.collection<CheckDoc>('secret', { promoteBuffers: true });
  const found = await docs.findOne({ _id: ID });
  const doc = found ?? (await begin(docs, sealer.seal(KNOWN, ID)));
  try {
    if (doc !== null && sealer.open(doc.v, ID).equals(KNOWN)) return;
  } catch (error) {
    throw new WildcatError(
      'misconfigured',
      `SECRET_KEY (or DATA_DIR/secret.key) is not the one that the database ${state.databaseName} was begun with. Put that one back; without it the accounts have to be paired again on an empty database.`,
      { cause: error },
    );
  }
  throw new WildcatError('misconfigured', `the check value in ${state.databaseName} is missing or wrong`);
};
