import { type AccountState, isLive, type LiveAccount } from '../events/account-state.ts';
import type { AccountEvent } from '../events/accounts.ts';
import type { Recorded } from '../events/event.ts';

/** Accounts as the log folds them, and the news of them in log order. */
export type Accounts = Readonly<{
  current: (account: string) => Readonly<{ state: AccountState }>;
  /** Resolves once the event of the account at `seq` is folded, and told. Throws `unavailable` after 5 s. */
  folded: (account: string, seq: number) => Promise<void>;
  all: () => ReadonlyMap<string, Readonly<{ state: AccountState }>>;
  /** False from when they could not be folded any further, and `current` throws. */
  isFollowed: () => boolean;
  subscribe: (listener: (event: Recorded<AccountEvent>, state: AccountState) => void) => () => void;
}>;

/** What an account's socket should be: open, gone, gone for good with the device unlinked, or that and all erased. */
export type Desire = 'open' | 'closed' | 'unlinked' | 'erased';

/** By what was wished for the account and what WhatsApp has told of it. */
export const desireOf = (account: AccountState): Desire => {
  if (account.status === 'absent') return 'closed';
  if (account.status === 'erasing') return 'erased';
  if (account.leaving) return 'unlinked';
  return account.wanted ? 'open' : 'closed';
};

/** Whether the account still lives the life that an owner took it over in. */
export const isSameLife = (account: AccountState, gen: number): account is LiveAccount =>
  isLive(account) && account.gen === gen;
