import { type AccountEvent, isStaleFact } from './accounts.ts';
import type { Recorded } from './event.ts';

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
  /** Whether an unlinking was asked for and has not been reported yet; `wanted` tells what is to follow it. */
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

/** One that something is left of, if only to be erased. */
export type ExistingAccount = Exclude<AccountState, { status: 'absent' }>;

export const NO_ACCOUNT: AccountState = { status: 'absent', gen: 0 };

export const isLive = (state: AccountState): state is LiveAccount =>
  state.status !== 'absent' && state.status !== 'erasing';

const stopped = (account: LiveAccount, reason: string): LiveAccount => ({
  ...account,
  status: 'disconnected',
  wanted: false,
  reason,
});

/** While the account is being left, its socket is there to log out only. */
const isPursued = ({ wanted, leaving }: LiveAccount): boolean => wanted && !leaving;

/** What was wished while it was being left holds afterwards: a connect then begins with a new QR code. */
const left = (account: LiveAccount): LiveAccount => {
  const unpaired = { ...account, paired: false, leaving: false, me: null };
  return account.leaving && account.wanted
    ? { ...unpaired, status: 'connecting' }
    : { ...stopped(unpaired, 'logged_out'), status: 'logged_out' };
};

const onFact = (account: LiveAccount, event: Recorded<AccountEvent>): LiveAccount => {
  switch (event.type) {
    case 'account.connect_requested':
      // wished again while it is on its way back: what is accepted for sending now still is
      if (account.wanted && ['connected', 'reconnecting'].includes(account.status)) return account;
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
      return isPursued(account) ? { ...known, status: 'connected', reason: null } : known;
    }
    case 'account.disconnected':
      if (!isPursued(account)) return account;
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
      return left(account);
    default:
      return account;
  }
};

/**
 * What an account's events say of it: the one set of status rules, for decisions and for the view. Events of an
 * older generation (an eraser's that was repeated) or facts of an older epoch (a zombie's) change nothing.
 */
export const evolveAccount = (state: AccountState, event: Recorded<AccountEvent>): AccountState => {
  if (event.gen < state.gen) return state;
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
      return isLive(state) ? state : { status: 'absent', gen: event.gen };
    default: {
      if (!isLive(state) || event.gen !== state.gen || isStaleFact(event, state.epoch)) return state;
      const next = onFact(state, event);
      return { ...next, epoch: Math.max(state.epoch, event.epoch ?? 0), updatedAt: event.occurredAt };
    }
  }
};
