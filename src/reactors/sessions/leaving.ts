import { setTimeout as sleep } from 'node:timers/promises';
import type { ExistingAccount } from '../../events/account-state.ts';
import { forgetKeys, keepClosed } from './closing.ts';
import { type Desk, nowOf } from './desk.ts';
import type { Holding } from './holding.ts';
import { hold, openLink } from './opening.ts';
import { UNLINK_MS, type Unlinking, unlinkStep } from './unlinking.ts';

const LEASE_RETRY_MS = 2_000;

const logout = async (desk: Desk, unlinking: Unlinking): Promise<void> => {
  const { session } = desk.link ?? {};
  const answered = async (): Promise<Unlinking['result']> => {
    return (await session?.logout()) === true ? 'done' : 'pending';
  };
  const late = sleep<Unlinking['result']>(unlinking.until - nowOf(desk), 'pending', { ref: false });
  desk.unlinking = { ...unlinking, result: await Promise.race([answered(), late]) };
  desk.check();
};

const finish = async (desk: Desk, holding: Holding, account: ExistingAccount): Promise<void> => {
  const { name, deps, logger } = desk;
  const isUnlinked = desk.unlinking?.result === 'done' || !account.paired;
  if (!isUnlinked) logger.warn({}, 'not unlinked: the phone may still list this device');
  if (account.status === 'erasing') {
    const { gen, collectionName } = account;
    await holding.sender.stop();
    const { isValid } = holding.owner;
    await deps.accounts.folded(name, await deps.erase({ account: name, gen, collectionName }, isValid));
    return;
  }
  await forgetKeys(desk, holding);
  const reason = isUnlinked ? 'logout_requested' : 'logout_requested, the phone may still list this device';
  holding.facts.add({ type: 'account.logged_out', data: { code: null, reason } });
  await holding.facts.flush();
  // what may follow, such as a connect that was wished meanwhile, begins from nothing
  await keepClosed(desk, reason);
};

/**
 * Unlinks the device, with a socket opened for it if need be, for as long as that may take; then forgets its keys
 * and says so, or erases the account if it was deleted.
 */
export const leave = async (desk: Desk, account: ExistingAccount): Promise<void> => {
  const holding = await hold(desk, account);
  if (holding === null) {
    desk.checkIn(LEASE_RETRY_MS);
    return;
  }
  holding.sender.disconnected();
  const { link } = desk;
  const begun: Unlinking = desk.unlinking ?? { until: nowOf(desk) + UNLINK_MS, result: 'pending' };
  const isHopeless = begun.result === 'pending' && (link === null ? !account.paired : link.hasQr);
  const unlinking: Unlinking = isHopeless ? { ...begun, result: 'hopeless' } : begun;
  desk.unlinking = unlinking;
  switch (unlinkStep(unlinking, link === null ? null : { isOpen: link.opened !== null }, nowOf(desk))) {
    case 'open':
      if (!desk.isWaiting()) await openLink(desk, account);
      return;
    case 'logout':
      await logout(desk, unlinking);
      return;
    case 'close':
      await link?.session?.close();
      return;
    case 'wait':
      desk.checkIn(Math.max(0, unlinking.until - nowOf(desk)));
      return;
    case 'finish':
      await finish(desk, holding, account);
      return;
  }
};
