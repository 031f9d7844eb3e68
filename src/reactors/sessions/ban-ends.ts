import { isLive } from '../../events/account-state.ts';
import type { AccountEvent } from '../../events/accounts.ts';
import type { Recorded } from '../../events/event.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Accounts } from '../accounts.ts';

type Deps = Readonly<{
  log: Pick<EventLog, 'read'>;
  accounts: Accounts;
  /** The wish to connect, in the system's name. */
  connect: (account: string) => Promise<unknown>;
  now: () => Date;
  logger: Logger;
}>;

const ERROR_RETRY_MS = 2_000;
/** Longest wait that a Node timer can take. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Connects an account once more when its temporary ban (402) is over, unless somebody has done something with it
 * meanwhile. Bans of before the start are found in the log. Returns the way to stop it.
 */
export const watchBanEnds = async (deps: Deps): Promise<() => void> => {
  const timers = new Map<string, NodeJS.Timeout>();

  const arm = (account: string, until: number): void => {
    clearTimeout(timers.get(account));
    const left = until - deps.now().getTime();
    const act = (): void => {
      if (left > MAX_TIMER_MS) arm(account, until);
      else
        deps.connect(account).catch((err: unknown) => {
          deps.logger.warn({ err, account }, 'account was not connected after its ban, trying again');
          // unless something was done with it meanwhile
          if (timers.get(account) === timer) arm(account, deps.now().getTime() + ERROR_RETRY_MS);
        });
    };
    const timer = setTimeout(act, Math.max(0, Math.min(left, MAX_TIMER_MS))).unref();
    timers.set(account, timer);
  };
  const onEvent = (event: Recorded<AccountEvent>): void => {
    clearTimeout(timers.get(event.account));
    timers.delete(event.account);
    if (event.type === 'account.blocked' && event.data.until !== undefined)
      arm(event.account, Date.parse(event.data.until));
  };

  const unsubscribe = deps.accounts.subscribe(onEvent);
  for await (const entries of deps.log.read({ subjects: ['wildcat.*.account.blocked.>'], after: 0 }))
    for (const entry of entries) {
      if (entry.kind !== 'event' || entry.event.type !== 'account.blocked') continue;
      const { state } = deps.accounts.current(entry.event.account);
      if (isLive(state) && state.reason === 'blocked') onEvent(entry.event);
    }
  return () => {
    unsubscribe();
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  };
};
