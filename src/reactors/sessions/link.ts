import type { AccountEvent } from '../../events/accounts.ts';
import { parseJid } from '../../events/ids.ts';
import type { ConnectionUpdate, QrCodes, Session } from '../../ports/whatsapp.ts';
import type { Holding } from './holding.ts';

type Progress = Exclude<ConnectionUpdate, { type: 'closed' }>;
type Open = Extract<Progress, { type: 'open' }>;

/** One socket, from the call to open it until its `closed` is dealt with. */
export type Link = {
  session: Session | null;
  /** When it opened (ms), and as whom. */
  opened: Readonly<{ at: number; as: Open }> | null;
  /** A QR code is shown: there is nothing to log in with yet. */
  hasQr: boolean;
  /** Why we end it, if we do. */
  asked: string | null;
};

export const newLink = (): Link => ({ session: null, opened: null, hasQr: false, asked: null });

/** Who the account is, without the number of its device. */
const identity = ({ me, lid }: Pick<Open, 'me' | 'lid'>) => ({
  me: parseJid(me) ?? me,
  lid: lid === undefined ? undefined : (parseJid(lid) ?? lid),
});

export const connectedFact = (open: Open): AccountEvent => ({
  type: 'account.connected',
  data: { ...identity(open), name: open.name },
});

/** Takes the QR code off the shelf, if this socket has put one there. */
export const forgetQr = async (qrCodes: QrCodes, account: string, link: Link): Promise<void> => {
  if (!link.hasQr) return;
  await qrCodes.remove(account);
  link.hasQr = false;
};

type Deps = Readonly<{
  qrCodes: QrCodes;
  now: () => Date;
  /** Whether the socket is there to be used, and not only to log out over it. */
  isWanted: () => boolean;
}>;

/** What a session reports before its end: to the log, to the sender, and the QR code where others find it. */
export const onProgress = async (
  { qrCodes, now, isWanted }: Deps,
  { owner, facts, sender }: Holding,
  link: Link,
  update: Progress,
): Promise<void> => {
  switch (update.type) {
    case 'qr':
      link.hasQr = true;
      await qrCodes.put(owner.account, update.qr, update.expiresAt);
      facts.add({ type: 'account.qr_issued', data: { n: update.n, expiresAt: update.expiresAt } });
      break;
    case 'paired':
      facts.add({ type: 'account.paired', data: { ...identity(update), platform: update.platform } });
      await forgetQr(qrCodes, owner.account, link);
      break;
    case 'open':
      link.opened = { at: now().getTime(), as: update };
      facts.add(connectedFact(update));
      if (link.session !== null && isWanted()) sender.connected(link.session);
      await forgetQr(qrCodes, owner.account, link);
      break;
    case 'caught_up':
      sender.caughtUp();
      return;
  }
  await facts.flush();
};
