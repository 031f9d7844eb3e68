import { messageOf } from '../../errors.ts';
import { type ExistingAccount, isLive } from '../../events/account-state.ts';
import type { ConnectionUpdate } from '../../ports/whatsapp.ts';
import { onClosed } from './closing.ts';
import { type Desk, desireNow } from './desk.ts';
import { type Holding, letGo, takeOver } from './holding.ts';
import { newLink, onProgress } from './link.ts';

const LEASE_RETRY_MS = 2_000;
/** As if WhatsApp had said it: where keys are gone it did, and a kill came before the log was told. */
const KEYS_GONE = { type: 'closed', code: 401, reason: 'its keys are gone', paired: false } as const;

// At once, not in turn: whoever has the lease now opens a socket of his own.
const onLost = (desk: Desk, { owner, sender }: Holding): void => {
  desk.logger.warn({ epoch: owner.epoch }, 'lease lost, closing the socket');
  const report = (err: unknown) => desk.logger.error({ err }, 'a lost account did not close');
  sender.stop().catch(report);
  desk.link?.session?.close().catch(report);
  desk.check();
};

/** Ends what a lost lease allowed, without a word to the log. */
export const drop = async (desk: Desk): Promise<void> => {
  const { holding, link } = desk;
  desk.holding = null;
  desk.link = null;
  await link?.session?.close();
  await holding?.sender.stop();
};

/** The lease of this life of the account, taken now if need be; null while another node has it. */
export const hold = async (desk: Desk, account: ExistingAccount): Promise<Holding | null> => {
  if (desk.holding !== null && desk.holding.owner.gen === account.gen) return desk.holding;
  if (desk.holding !== null) await letGo(desk.holding);
  const taken = await takeOver(desk.deps, desk.name, account);
  desk.holding = taken;
  taken?.lease.onLost(() => onLost(desk, taken));
  await taken?.facts.flush();
  return taken;
};

/** A QR code on the socket of a paired account shows nothing but that: it is logged out, as its log shall say. */
const onKeysGone = async (desk: Desk, holding: Holding): Promise<void> => {
  await desk.link?.session?.close();
  await onClosed(desk, holding, KEYS_GONE);
};

/** Opens a socket, or comes back for it later while another node has the account. */
export const openLink = async (desk: Desk, account: ExistingAccount): Promise<void> => {
  const holding = await hold(desk, account);
  if (holding === null) {
    desk.checkIn(LEASE_RETRY_MS);
    return;
  }
  const link = newLink();
  const { qrCodes, now } = desk.deps;
  const isWanted = (): boolean => desireNow(desk) === 'open';
  // as it was opened: one that is being paired may still show a code after that
  const hadKeys = isLive(account) && account.paired;
  const take = async (update: ConnectionUpdate): Promise<void> => {
    if (desk.link !== link) return;
    if (update.type === 'closed') await onClosed(desk, holding, update);
    else if (update.type === 'qr' && hadKeys && isWanted()) await onKeysGone(desk, holding);
    else await onProgress({ qrCodes, now, isWanted }, holding, link, update);
    desk.check();
  };
  desk.link = link;
  try {
    const open = () => desk.deps.whatsapp.open(holding.owner, (update) => desk.enqueue(() => take(update)));
    link.session = await desk.deps.opening(open);
  } catch (err) {
    desk.logger.error({ err }, 'socket could not be opened');
    const reason = messageOf(err);
    await take({
      type: 'closed',
      code: null,
      reason,
      paired: account.status === 'erasing' || account.paired,
    });
  }
};
