import type { AccountState } from '../../events/account-state.ts';
import type { Logger } from '../../ports/logger.ts';
import type { QrCodes, WhatsApp } from '../../ports/whatsapp.ts';
import { type Desire, desireOf } from '../accounts.ts';
import type { Ended } from './eraser.ts';
import type { Holding, HoldingDeps } from './holding.ts';
import type { Link } from './link.ts';
import type { History } from './reconnect.ts';
import type { Unlinking } from './unlinking.ts';

export type KeeperDeps = HoldingDeps &
  Readonly<{
    whatsapp: WhatsApp;
    qrCodes: QrCodes;
    /** Lets only so many sockets open at once. */
    opening: <T>(task: () => Promise<T>) => Promise<T>;
    /** Resolves with the position of `account.erased`; stops where the lease is lost. */
    erase: (ended: Ended, isValid: () => boolean) => Promise<number>;
    /** 0..1 */
    random: () => number;
  }>;

/** What the keeper of one account works with. Only tasks of its queue change it, one at a time. */
export type Desk = {
  readonly name: string;
  readonly deps: KeeperDeps;
  readonly logger: Logger;
  readonly enqueue: (task: () => Promise<void>) => void;
  /** Looks at the account anew: now, or in so many ms. While a wait runs no socket is opened. */
  readonly check: () => void;
  readonly checkIn: (ms: number) => void;
  readonly isWaiting: () => boolean;
  holding: Holding | null;
  link: Link | null;
  history: History;
  unlinking: Unlinking | null;
  /** This process ends. */
  stopping: boolean;
};

/** The account as folded by now. Throws `unavailable` where the log can't be followed. */
export const accountOf = ({ deps, name }: Desk): AccountState => deps.accounts.current(name).state;

/**
 * What its socket should be by now: closed, where this process ends and leaves to the next what takes longer. How the
 * account is need not be known for that, and may not be any more. Throws as `accountOf` else.
 */
export const desireNow = (desk: Desk): Desire => (desk.stopping ? 'closed' : desireOf(accountOf(desk)));

/** Unix time in ms. */
export const nowOf = ({ deps }: Desk): number => deps.now().getTime();
