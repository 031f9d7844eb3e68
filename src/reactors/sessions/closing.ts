import type { ConnectionUpdate } from '../../ports/whatsapp.ts';
import { type Desk, desireNow, nowOf } from './desk.ts';
import { type Holding, letGo } from './holding.ts';
import { forgetQr } from './link.ts';
import { afterClose, NO_HISTORY, type Verdict } from './reconnect.ts';

type Closed = Extract<ConnectionUpdate, { type: 'closed' }>;

const UNLINK_RETRY_MS = 1_000;

/** Forgets the keys of an account that is logged out, and ends what can't be sent any more. */
export const forgetKeys = async ({ deps }: Desk, { owner, sender }: Holding): Promise<void> => {
  await deps.whatsapp.eraseKeys(owner.collectionName);
  await sender.abandon('The account is logged out');
};

const enact = async (desk: Desk, holding: Holding, verdict: Verdict): Promise<void> => {
  const { fact } = verdict;
  desk.history = verdict.history;
  if (fact.type === 'account.logged_out') await forgetKeys(desk, holding);
  holding.facts.add(fact);
  if (verdict.kind === 'retry') desk.checkIn(verdict.delayMs);
};

/** A socket is gone: says so in the log, and arranges what follows. */
export const onClosed = async (desk: Desk, holding: Holding, closed: Closed): Promise<void> => {
  const { deps, link } = desk;
  if (link === null) return;
  desk.link = null;
  holding.sender.disconnected();
  if (!holding.owner.isValid()) return;
  await forgetQr(deps.qrCodes, desk.name, link);
  const desire = desireNow(desk);
  if (desire === 'unlinked' || desire === 'erased') {
    if (closed.code === 401 && desk.unlinking !== null)
      desk.unlinking = { ...desk.unlinking, result: 'done' };
    desk.checkIn(UNLINK_RETRY_MS);
  } else if (closed.code === null && link.asked !== null) {
    holding.facts.add({
      type: 'account.disconnected',
      data: { code: null, reason: link.asked, retryAt: null },
    });
  } else {
    const now = nowOf(desk);
    const openFor = link.opened === null ? null : now - link.opened.at;
    await enact(
      desk,
      holding,
      afterClose({ ...closed, openFor }, desk.history, { now, random: deps.random() }),
    );
  }
  await holding.facts.flush();
};

/** Ends the socket, then gives the lease back; its `closed` comes between the two. */
export const keepClosed = async (desk: Desk, reason: string): Promise<void> => {
  if (desk.link !== null) {
    desk.link.asked ??= reason;
    await desk.link.session?.close();
    return;
  }
  const { holding } = desk;
  desk.history = NO_HISTORY;
  desk.unlinking = null;
  desk.holding = null;
  if (holding !== null) await letGo(holding);
};
