import type { AccountEvent } from '../../events/accounts.ts';
import type { Recorded } from '../../events/event.ts';
import type { Session } from '../../ports/whatsapp.ts';
import { desireOf } from '../accounts.ts';
import { keepClosed } from './closing.ts';
import { accountOf, type Desk, desireNow, type KeeperDeps } from './desk.ts';
import { letGo } from './holding.ts';
import { leave } from './leaving.ts';
import { connectedFact } from './link.ts';
import { drop, hold, openLink } from './opening.ts';
import { createQueue } from './queue.ts';
import { NO_HISTORY } from './reconnect.ts';

/** How an account is doing in this process. */
export type KeeperStatus = Readonly<{
  state: 'idle' | 'waiting' | 'opening' | 'pairing' | 'open';
  /** When something last came in (ISO). */
  lastEventAt: string | null;
  /** Attempts to connect since it was last connected for a minute. */
  attempts: number;
  openSends: number;
  /** Why nothing is sent, if so. */
  failure: string | null;
}>;

/** Keeps one account's socket as its folded state asks. */
export type Keeper = Readonly<{
  /** To be told every event of the account, in order. */
  onEvent: (event: Recorded<AccountEvent>) => void;
  /** Looks whether anything is to be done. */
  check: () => void;
  /** Ends sends that can't be carried out any more, where no socket is wanted that would do it. */
  tend: () => void;
  /** Closes the socket and gives the lease back. */
  stop: () => Promise<void>;
  status: () => KeeperStatus;
  /** The session, while it is open. */
  session: () => Session | null;
}>;

const ERROR_RETRY_MS = 2_000;
const WISHES: ReadonlySet<string> = new Set<AccountEvent['type']>([
  'account.created',
  'account.connect_requested',
  'account.disconnect_requested',
  'account.logout_requested',
  'account.deleted',
]);

const keepOpen = async (desk: Desk): Promise<void> => {
  const account = accountOf(desk);
  if (account.status === 'absent') return;
  const { link, holding } = desk;
  if (link === null) {
    if (!desk.isWaiting()) await openLink(desk, account);
    return;
  }
  // Disconnected and connected again before we had looked: the socket never closed, so nobody has said it is open.
  // One that we have asked to close (`asked`) is about to be followed by another.
  if (link.opened === null || link.asked !== null || holding === null || account.status === 'connected')
    return;
  holding.facts.add(connectedFact(link.opened.as));
  await holding.facts.flush();
};

const reconcile = async (desk: Desk, isDormant: boolean): Promise<void> => {
  if (desk.holding !== null && !desk.holding.owner.isValid()) await drop(desk);
  await desk.holding?.facts.flush();
  const desire = desireNow(desk);
  if (desire === 'open') {
    if (!isDormant) await keepOpen(desk);
    return;
  }
  if (desire === 'closed') return keepClosed(desk, desk.stopping ? 'shutdown' : 'disconnect_requested');
  const account = accountOf(desk);
  if (account.status !== 'absent') await leave(desk, account);
};

const tendSends = async (desk: Desk, isDormant: boolean): Promise<void> => {
  const account = accountOf(desk);
  const desire = desireOf(account);
  const hasNoSocket = desire === 'closed' || (desire === 'open' && isDormant);
  const isIdle = desk.holding === null && !desk.stopping && hasNoSocket;
  if (!isIdle || account.status === 'absent' || account.status === 'erasing') return;
  if (!account.paired && account.status !== 'logged_out') return;
  const holding = await hold(desk, account);
  if (holding === null) return;
  if (account.paired) await holding.sender.settle();
  else await holding.sender.abandon('The account is logged out');
  desk.holding = null;
  await letGo(holding);
};

const statusOf = ({ link, holding, history, isWaiting }: Desk): KeeperStatus => {
  const sender = holding?.sender.status();
  const linked = link?.opened ? 'open' : link?.hasQr ? 'pairing' : 'opening';
  const unlinked = isWaiting() ? 'waiting' : 'idle';
  return {
    state: link === null ? unlinked : linked,
    lastEventAt: link?.session?.lastEventAt() ?? null,
    attempts: history.attempts,
    openSends: sender?.open ?? 0,
    failure: sender?.failure ?? null,
  };
};

/** A keeper of the account `name`. `dormant`: it waits for the next wish to connect, whatever was wished before. */
export const createKeeper = (deps: KeeperDeps, name: string, dormant: boolean): Keeper => {
  const logger = deps.logger.child({ account: name });
  let isDormant = dormant;
  let timer: NodeJS.Timeout | null = null;
  let onStopped = (): void => {};

  const cancel = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const check = (): void =>
    enqueue(async () => {
      await reconcile(desk, isDormant);
      if (desk.stopping && desk.link === null && desk.holding === null) onStopped();
    });
  const checkIn = (ms: number): void => {
    cancel();
    timer = setTimeout(() => {
      timer = null;
      check();
    }, ms).unref();
  };
  const enqueue = createQueue((err) => {
    logger.error({ err }, 'account could not be looked after, trying again');
    checkIn(ERROR_RETRY_MS);
  });
  const desk: Desk = {
    ...{ name, deps, logger, enqueue, check, checkIn },
    ...{ holding: null, link: null, history: NO_HISTORY, unlinking: null, stopping: false },
    isWaiting: () => timer !== null,
  };

  return {
    check,
    onEvent: (event) => {
      if (event.type === 'account.created' || event.type === 'account.connect_requested') isDormant = false;
      // a backoff is for what nobody asked for
      if (WISHES.has(event.type)) cancel();
      check();
    },
    tend: () => enqueue(() => tendSends(desk, isDormant)),
    stop: () =>
      new Promise((resolve) => {
        onStopped = resolve;
        desk.stopping = true;
        cancel();
        check();
      }),
    status: () => statusOf(desk),
    session: () => (desk.link?.opened ? desk.link.session : null),
  };
};
