import { evolveAccount, isLive, type LiveAccount, NO_ACCOUNT } from '../events/account-state.ts';
import type { AccountEvent } from '../events/accounts.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import type { Projection } from './projection.ts';

export type AccountDoc = LiveAccount & Readonly<{ _id: string }>;

const isAccountEvent = (event: Recorded<WildcatEvent>): event is Recorded<AccountEvent> =>
  event.type.startsWith('account.');

/** Accounts that exist, by the same status rules that decisions go by. A deleted one is gone at its tombstone. */
export const accountsProjection: Projection<{ accounts: AccountDoc }> = {
  name: 'accounts',
  version: 1,
  aggregates: ['account'],
  collections: { accounts: [] },
  touches: (event) => [{ collection: 'accounts', id: event.account }],
  evolve: (docs, event) => {
    if (!isAccountEvent(event)) return [];
    const id = event.account;
    const before = docs('accounts', id);
    const after = evolveAccount(before ?? NO_ACCOUNT, event);
    if (after === before) return [];
    if (isLive(after)) return [{ collection: 'accounts', doc: { ...after, _id: id } }];
    return before === null ? [] : [{ collection: 'accounts', id, doc: null }];
  },
};
