import { WildcatError } from '../errors.ts';
import { type AccountState, evolveAccount, isLive, NO_ACCOUNT } from '../events/account-state.ts';
import type { AccountEvent } from '../events/accounts.ts';
import type { Decider } from './handle.ts';

export type AccountCommand =
  | Readonly<{ type: 'create'; name: string; collectionName: string }>
  /** `insist`: nothing is open now, so try at once, whatever was wished before (a backoff, a start without connecting). */
  | Readonly<{ type: 'connect'; insist?: boolean }>
  | Readonly<{ type: 'disconnect' }>
  | Readonly<{ type: 'logout' }>
  | Readonly<{ type: 'delete' }>;

const create = (command: Extract<AccountCommand, { type: 'create' }>, state: AccountState): AccountEvent => {
  if (state.status === 'erasing') throw new WildcatError('already_exists', 'Account is being deleted');
  if (state.status !== 'absent') throw new WildcatError('already_exists', 'Account already exists');
  return { type: 'account.created', data: { name: command.name, collectionName: command.collectionName } };
};

const decide = (command: AccountCommand, state: AccountState): AccountEvent | null => {
  if (command.type === 'create') return create(command, state);
  if (!isLive(state)) throw new WildcatError('not_found', 'Account not found');
  switch (command.type) {
    case 'connect':
      return state.wanted && command.insist !== true ? null : { type: 'account.connect_requested', data: {} };
    case 'disconnect':
      // the end of a temporary ban connects it, unless this is decided
      return state.wanted || state.reason === 'blocked'
        ? { type: 'account.disconnect_requested', data: {} }
        : null;
    case 'logout':
      return state.status === 'logged_out' || (state.leaving && !state.wanted)
        ? null
        : { type: 'account.logout_requested', data: {} };
    case 'delete':
      return { type: 'account.deleted', data: { collectionName: state.collectionName } };
  }
};

/** An account: when it may be created, connected, left and deleted, and what is known of its connection. */
export const accounts: Decider<AccountCommand, AccountState, AccountEvent> = {
  aggregate: 'account',
  initialState: NO_ACCOUNT,
  evolve: evolveAccount,
  decide,
  /** A new life of an id is a new generation; everything else belongs to the present one. */
  generation: (state, event) => (event.type === 'account.created' ? state.gen + 1 : state.gen),
};
