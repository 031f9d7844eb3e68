import type { Standing } from '../projections/account-standing.ts';
import type { AccountDoc, ImportProgress } from '../projections/accounts.ts';
import type { ReadViews } from './views.ts';

/** The fields of an account that the log knows; `currentStatus` and `hasQR` come from its owner. */
type AccountAnswer = Readonly<
  Pick<AccountDoc, '_id' | 'name' | 'collectionName' | 'createdAt' | 'status' | 'updatedAt'>
> &
  Readonly<{
    history: ImportProgress | null;
    profileName: string | null;
    restriction: Readonly<{ since: string; until: string | null; reason: string | null }> | null;
    quota: Readonly<
      Record<'total' | 'used', number | null> & Record<'status' | 'until', string | null>
    > | null;
  }>;

const restrictionIn = ({ restriction }: Standing): AccountAnswer['restriction'] =>
  restriction
    ? {
        since: restriction.since,
        until: restriction.until ?? null,
        reason: restriction.reason ?? null,
      }
    : null;

const quotaIn = ({ quota }: Standing): AccountAnswer['quota'] =>
  quota
    ? {
        total: quota.total ?? null,
        used: quota.used ?? null,
        status: quota.status ?? null,
        until: quota.until ?? null,
      }
    : null;

export const accountAnswer = (doc: AccountDoc): AccountAnswer => {
  const { _id, name, collectionName, createdAt, status, updatedAt, history = null, standing = {} } = doc;
  const told = {
    profileName: standing.name ?? null,
    restriction: restrictionIn(standing),
    quota: quotaIn(standing),
  };
  return { _id, name, collectionName, createdAt, status, updatedAt, history, ...told };
};

type AccountQueries = Readonly<{
  /** Every account there is, by id. */
  list: () => Promise<AccountDoc[]>;
  find: (id: string) => Promise<AccountDoc | null>;
}>;

export const createAccountQueries = (read: ReadViews): AccountQueries => ({
  list: async () => (await read('accounts')).find().sort({ _id: 1 }).toArray(),
  find: async (id) => (await read('accounts')).findOne({ _id: id }),
});
