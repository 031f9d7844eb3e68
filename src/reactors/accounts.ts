import type { AccountEvent } from '../events/accounts.ts';
import type { Recorded } from '../events/event.ts';

/** The part of the folded account that reactors look at; `commands/accounts.ts` folds it. */
export type Account =
  | Readonly<{ status: 'absent'; gen: number }>
  | Readonly<{ status: 'erasing'; gen: number; collectionName: string; paired: boolean }>
  | LiveAccount;

type LiveAccount = Readonly<{
  status: 'created' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected' | 'logged_out';
  gen: number;
  collectionName: string;
  wanted: boolean;
  paired: boolean;
  leaving: boolean;
  epoch: number;
  reason: string | null;
}>;

/** Accounts as the log folds them, and the news of them in log order. */
export type Accounts = Readonly<{
  current: (account: string) => Readonly<{ state: Account }>;
  all: () => ReadonlyMap<string, Readonly<{ state: Account }>>;
  subscribe: (listener: (event: Recorded<AccountEvent>, state: Account) => void) => () => void;
}>;

/** What an account's socket should be: open, gone, gone for good with the device unlinked, or that and all erased. */
export type Desire = 'open' | 'closed' | 'unlinked' | 'erased';

/** `stopping`: this process ends, and leaves to the next what takes longer. */
export const desireOf = (account: Account, stopping: boolean): Desire => {
  if (stopping || account.status === 'absent') return 'closed';
  if (account.status === 'erasing') return 'erased';
  if (account.leaving) return 'unlinked';
  return account.wanted ? 'open' : 'closed';
};

/** Whether the account still lives the life that an owner took it over in. */
export const isSameLife = (account: Account, gen: number): account is LiveAccount =>
  account.status !== 'absent' && account.status !== 'erasing' && account.gen === gen;
