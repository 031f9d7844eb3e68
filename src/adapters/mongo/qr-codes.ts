import type { KeyObject } from 'node:crypto';
import type { Db } from 'mongodb';
import type { QrCodes } from '../../ports/whatsapp.ts';
import { createSealer } from '../crypto.ts';
import { orUnavailable } from './away.ts';

type QrDoc = { _id: string; v: Uint8Array; expiresAt: Date };

/**
 * QR codes on show, sealed, in the state database; one that has expired is not found any more. Calls throw `unavailable`
 * where MongoDB does not answer.
 */
export const createQrCodes = async (state: Db, secret: KeyObject, now: () => Date): Promise<QrCodes> => {
  const codes = state.collection<QrDoc>('qr', { promoteBuffers: true });
  const sealer = createSealer(secret, 'qr');
  await codes.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return {
    put: async (account, qr, expiresAt) => {
      const doc = { v: sealer.seal(Buffer.from(qr), account), expiresAt: new Date(expiresAt) };
      await orUnavailable(() => codes.updateOne({ _id: account }, { $set: doc }, { upsert: true }));
    },
    find: async (account) => {
      const doc = await orUnavailable(() => codes.findOne({ _id: account, expiresAt: { $gt: now() } }));
      if (doc === null) return null;
      return { qr: sealer.open(doc.v, account).toString(), expiresAt: doc.expiresAt.toISOString() };
    },
    list: async () => {
      const docs = codes.find({ expiresAt: { $gt: now() } }, { projection: { _id: 1 } });
      return new Set((await orUnavailable(() => docs.toArray())).map(({ _id }) => _id));
    },
    remove: async (account) => {
      await orUnavailable(() => codes.deleteOne({ _id: account }));
    },
  };
};
