import type { Collection, Db } from 'mongodb';
import type { AccountDoc } from '../projections/accounts.ts';
import type { Media } from '../projections/media.ts';
import type { Messages } from '../projections/messages-model.ts';
import type { Phone } from '../projections/phone.ts';
import type { Texts } from '../projections/texts.ts';

/** What can be read, by the names that projections give. */
type Readable = Messages &
  Pick<Media, 'media'> &
  Pick<Phone, 'calls' | 'labels'> &
  Pick<Texts, 'texts' | 'vocabulary'> & { accounts: AccountDoc };

/** The collection that a name means at present: a rebuilt view takes over the names of its predecessor. */
export type ReadViews = <Name extends keyof Readable & string>(
  name: Name,
) => Promise<Collection<Readable[Name]>>;

type ViewDoc = Readonly<{ _id: string; collections: Readonly<Record<string, string>> }>;

const FRESH_MS = 1_000;

/**
 * Looks names up in the `views` collection, again after a second at the earliest: a query may read the former build
 * that long, and its collections are kept longer. `now` is any clock in milliseconds. Before a runner has opened the
 * views they are empty.
 */
export const createReadViews = (db: Db, now: () => number): ReadViews => {
  let names: Promise<ReadonlyMap<string, string>> | null = null;
  let readAt = Number.NEGATIVE_INFINITY;

  const readNames = async (): Promise<ReadonlyMap<string, string>> => {
    const docs = await db.collection<ViewDoc>('views').find().toArray();
    return new Map(docs.flatMap(({ collections }) => Object.entries(collections)));
  };
  return async <Name extends keyof Readable & string>(name: Name) => {
    if (names === null || now() - readAt > FRESH_MS) {
      readAt = now();
      names = readNames();
      names.catch(() => {
        names = null;
      });
    }
    const known = (await names).get(name);
    if (known === undefined) names = null; // not opened yet: look again next time
    return db.collection<Readable[Name]>(known ?? name);
  };
};
