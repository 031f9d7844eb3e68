import {
  type AccountState,
  evolveAccount,
  isLive,
  type LiveAccount,
  NO_ACCOUNT,
} from '../events/account-state.ts';
import type { AccountEvent } from '../events/accounts.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { type Standing, standingAfter } from './account-standing.ts';
import type { Projection } from './projection.ts';

/** How much of its past the phone has handed over since it was linked. */
export type ImportProgress = Readonly<{
  /** Percent, null before the phone said. */
  progress: number | null;
  chats: number;
  messages: number;
  /** Of the last part, ISO. */
  at: string;
}>;

export type AccountDoc = LiveAccount &
  Readonly<{ _id: string; history?: ImportProgress; standing?: Standing }>;

type PartImported = Recorded<Extract<WildcatEvent, { type: 'history.part_imported' }>>;

/** Each kind of part counts to 100 by itself; the recent past is what one waits for, if there is any. */
const withPart = (before: ImportProgress | undefined, { at, data }: PartImported): ImportProgress => {
  const { kind, chats, messages, progress } = data;
  const known = before ?? { progress: null, chats: 0, messages: 0 };
  const isTelling = kind === 'recent' || kind === 'full' || (kind === 'initial_bootstrap' && chats === 0);
  return {
    progress: isTelling ? progress : known.progress,
    // the first part names every chat, later ones name them again
    chats: Math.max(known.chats, chats),
    messages: known.messages + messages,
    at,
  };
};

const isAccountEvent = (event: Recorded<WildcatEvent>): event is Recorded<AccountEvent> =>
  event.type.startsWith('account.');

const NO_VIEW: AccountState & Pick<Partial<AccountDoc>, 'history' | 'standing'> = NO_ACCOUNT;

/** Accounts that exist, by the same status rules that decisions go by. A deleted one is gone at its tombstone. */
export const accountsProjection: Projection<{ accounts: AccountDoc }> = {
  name: 'accounts',
  version: 3,
  aggregates: ['account', 'history'],
  collections: { accounts: [] },
  touches: (event) => [{ collection: 'accounts', id: event.account }],
  evolve: (docs, event) => {
    const id = event.account;
    const before = docs('accounts', id);
    if (event.type === 'history.part_imported') {
      if (before === null || before.gen !== event.gen) return [];
      return [{ collection: 'accounts', doc: { ...before, history: withPart(before.history, event) } }];
    }
    if (!isAccountEvent(event)) return [];
    const { history, standing = {}, ...known } = before ?? NO_VIEW;
    const after = evolveAccount(known, event);
    if (after === known) return [];
    // a device that is linked anew begins with an empty past
    const past = history === undefined || event.type === 'account.paired' ? {} : { history };
    if (isLive(after)) {
      const doc = { ...after, ...past, standing: standingAfter(standing, event), _id: id };
      return [{ collection: 'accounts', doc }];
    }
    return before === null ? [] : [{ collection: 'accounts', id, doc: null }];
  },
};
