import type { ExistingAccount } from '../../events/account-state.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Lease, Leases, Ownership } from '../../ports/whatsapp.ts';
import { type Accounts, isSameLife } from '../accounts.ts';
import type { Sender } from '../sender.ts';
import { createFactQueue, type FactQueue } from './fact-queue.ts';

/** What a process has of an account while it holds the lease. */
export type Holding = Readonly<{ owner: Ownership; lease: Lease; facts: FactQueue; sender: Sender }>;

export type HoldingDeps = Readonly<{
  log: Pick<EventLog, 'append'>;
  accounts: Accounts;
  leases: Leases;
  startSender: (owner: Ownership) => Sender;
  now: () => Date;
  logger: Logger;
}>;

/** Takes an account over; null while another node has it. Its first act puts right what a lost owner left. */
export const takeOver = async (
  deps: HoldingDeps,
  name: string,
  account: ExistingAccount,
): Promise<Holding | null> => {
  const lease = await deps.leases.acquire(name);
  if (lease === null) return null;
  const { epoch, isValid } = lease;
  const { gen, collectionName } = account;
  const owner: Ownership = { account: name, gen, epoch, collectionName, isValid };
  // whether it lives is not known where the log can't be followed: the next owner tells that this one is lost
  const isAlive = (): boolean =>
    deps.accounts.isFollowed() && isSameLife(deps.accounts.current(name).state, gen);
  const { log, now } = deps;
  const logger = deps.logger.child({ account: name });
  const folded = (seq: number): Promise<void> => deps.accounts.folded(name, seq);
  const facts = createFactQueue({ log, now, logger, folded, isAlive }, owner);
  if (account.status === 'connected' && account.epoch < epoch) {
    const retryAt = deps.now().toISOString();
    facts.add({ type: 'account.disconnected', data: { code: null, reason: 'owner_lost', retryAt } });
  }
  return { owner, lease, facts, sender: deps.startSender(owner) };
};

/** Gives it back. */
export const letGo = async ({ sender, lease }: Holding): Promise<void> => {
  await sender.stop();
  await lease.release();
};
