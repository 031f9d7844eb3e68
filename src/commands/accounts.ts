import { WildcatError } from '../errors.ts';
import { type AccountEvent, isStaleFact } from '../events/accounts.ts';
import type { Recorded } from '../events/event.ts';
import type { Decider } from './handle.ts';

export type AccountCommand =
  | Readonly<{ type: 'create'; name: string; collectionName: string }>
  | Readonly<{ type: 'connect' }>
  | Readonly<{ type: 'disconnect' }>
  | Readonly<{ type: 'logout' }>
  | Readonly<{ type: 'delete' }>;

export const ACCOUNT_STATUSES = [
  'created',
  'connecting',
  'connected',
  'reconnecting',
  'disconnected',
  'logged_out',
] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export type LiveAccount = Readonly<{
  status: AccountStatus;
  gen: number;
  name: string;
  collectionName: string;
  createdAt: string;
  updatedAt: string;
  /** Whether a socket should be open: what people decided, unless WhatsApp made it pointless. */
  wanted: boolean;
  /** Whether there are credentials to log in with. */
  paired: boolean;
  /** Whether an unlinking was asked for and has not been reported yet. */
  leaving: boolean;
  /** Newest lease epoch seen: facts of older ones are ignored. */
  epoch: number;
  me: Readonly<{ jid: string; lid?: string | undefined }> | null;
  /** Why it is not connected, for people. */
  reason: string | null;
}>;

/** `absent` keeps the generation of its last life, `erasing` waits for its reactor; neither can do anything. */
export type AccountState =
  | Readonly<{ status: 'absent'; gen: number }>
  | Readonly<{ status: 'erasing'; gen: number; collectionName: string; paired: boolean }>
  | LiveAccount;

export const isLive = (state: AccountState): state is LiveAccount =>
  state.status !== 'absent' && state.status !== 'erasing';

const stopped = (account: LiveAccount, reason: string): LiveAccount => ({
  ...account,
  status: 'disconnected',
  wanted: false,
  reason,
});

const onFact = (account: LiveAccount, event: Recorded<AccountEvent>): LiveAccount => {
  switch (event.type) {
    case 'account.connect_requested':
      return { ...account, status: 'connecting', wanted: true, reason: null };
    case 'account.disconnect_requested':
      return stopped(account, 'disconnect_requested');
    case 'account.logout_requested':
      return { ...stopped(account, 'logout_requested'), leaving: true };
    case 'account.qr_issued':
    case 'account.restarting':
      return account.wanted ? { ...account, status: 'connecting' } : account;
    case 'account.paired':
      return { ...account, paired: true, me: { jid: event.data.me, lid: event.data.lid } };
    case 'account.connected': {
      const known = { ...account, paired: true, me: { jid: event.data.me, lid: event.data.lid } };
      // A disconnect that was decided while the socket opened: it is about to be closed.
      return account.wanted ? { ...known, status: 'connected', reason: null } : known;
    }
    case 'account.disconnected':
      if (!account.wanted) return account;
      // A code and no retry: given up, a person has to act. Without a code it was us, and another owner goes on.
      if (event.data.code !== null && event.data.retryAt === null) return stopped(account, event.data.reason);
      return {
        ...account,
        status: account.paired ? 'reconnecting' : 'connecting',
        reason: event.data.reason,
      };
    case 'account.pairing_expired':
    case 'account.replaced':
    case 'account.blocked':
    case 'account.outdated':
      return stopped(account, event.type.slice('account.'.length));
    case 'account.logged_out':
      return {
        ...stopped(account, 'logged_out'),
        status: 'logged_out',
        paired: false,
        leaving: false,
        me: null,
      };
    default:
      return account;
  }
};

const evolve = (state: AccountState, event: Recorded<AccountEvent>): AccountState => {
  switch (event.type) {
    case 'account.created':
      return {
        status: 'created',
        gen: event.gen,
        name: event.data.name,
        collectionName: event.data.collectionName,
        createdAt: event.occurredAt,
        updatedAt: event.occurredAt,
        wanted: true,
        paired: false,
        leaving: false,
        epoch: 0,
        me: null,
        reason: null,
      };
    case 'account.deleted':
      return {
        status: 'erasing',
        gen: event.gen,
        collectionName: event.data.collectionName,
        paired: isLive(state) && state.paired,
      };
    case 'account.erased':
      return { status: 'absent', gen: event.gen };
    default: {
      if (!isLive(state) || event.gen !== state.gen || isStaleFact(event, state.epoch)) return state;
      const next = onFact(state, event);
      return { ...next, epoch: Math.max(state.epoch, event.epoch ?? 0), updatedAt: event.occurredAt };
    }
  }
};

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
      return state.wanted ? null : { type: 'account.connect_requested', data: {} };
    case 'disconnect':
      return state.wanted ? { type: 'account.disconnect_requested', data: {} } : null;
    case 'logout':
      return state.status === 'logged_out' || state.leaving
        ? null
        : { type: 'account.logout_requested', data: {} };
    case 'delete':
      return { type: 'account.deleted', data: { collectionName: state.collectionName } };
  }
};

/** An account: when it may be created, connected, left and deleted, and what is known of its connection. */
export const accounts: Decider<AccountCommand, AccountState, AccountEvent> = {
  aggregate: 'account',
  initialState: { status: 'absent', gen: 0 },
  evolve,
  decide,
  /** A new life of an id is a new generation; everything else belongs to the present one. */
  generation: (state, event) => (event.type === 'account.created' ? state.gen + 1 : state.gen),
};
