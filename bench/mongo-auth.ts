import {
  type AuthenticationState,
  BufferJSON,
  initAuthCreds,
  type SignalDataTypeMap,
} from '@whiskeysockets/baileys';
import type { Db } from 'mongodb';

type Doc = { _id: string; v: string };

/**
 * What a careful user of bare Baileys would write: keys cached in memory and written through to MongoDB, each `set`
 * one durable bulkWrite.
 */
export const mongoAuth = (db: Db, name: string): AuthenticationState => {
  const docs = db.collection<Doc>(name);
  const cache = new Map<string, unknown>();
  return {
    creds: initAuthCreds(),
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
        const found: { [id: string]: SignalDataTypeMap[T] } = {};
        for (const id of ids) {
          const value = cache.get(`${type}|${id}`);
          // what comes out of the cache is what `set` put there under the same type
          if (value !== undefined) found[id] = value as SignalDataTypeMap[T];
        }
        return found;
      },
      set: async (data) => {
        const values = Object.entries(data).flatMap(([type, byId]) =>
          Object.entries(byId ?? {}).map(([id, value]) => [`${type}|${id}`, value] as const),
        );
        for (const [_id, value] of values) {
          if (value === null || value === undefined) cache.delete(_id);
          else cache.set(_id, value);
        }
        const writes = values.map(([_id, value]) =>
          value === null || value === undefined
            ? { deleteOne: { filter: { _id } } }
            : {
                updateOne: {
                  filter: { _id },
                  update: { $set: { v: JSON.stringify(value, BufferJSON.replacer) } },
                  upsert: true,
                },
              },
        );
        await docs.bulkWrite(writes, { ordered: false, writeConcern: { w: 'majority', journal: true } });
      },
    },
  };
};
