import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountEvent } from '../events/accounts.ts';
import type { Recorded } from '../events/event.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Session } from '../ports/whatsapp.ts';
import { watchBanEnds } from './sessions/ban-ends.ts';
import type { KeeperDeps } from './sessions/desk.ts';
import { createKeeper, type Keeper, type KeeperStatus } from './sessions/keeper.ts';
import { createLimit } from './sessions/queue.ts';

type SessionsDeps = Omit<KeeperDeps, 'opening'> &
  Readonly<{
    log: Pick<EventLog, 'read'>;
    /** Whether accounts that should be connected are so from the start, or only when somebody wishes it again. */
    autoConnect: boolean;
    /** The wish to connect, in the system's name. */
    connect: (account: string) => Promise<unknown>;
  }>;

export type Sessions = Readonly<{
  status: () => ReadonlyMap<string, KeeperStatus>;
  /** The account's open session in this process, or null. */
  session: (account: string) => Session | null;
  /** Closes all sockets and gives all leases back; 15 s at most. */
  stop: () => Promise<void>;
}>;

/** Sockets that open at once: 100 accounts start quickly, and not all in the same tick. */
const OPENING_AT_ONCE = 8;
const TEND_EVERY_MS = 60_000;
const STOP_MS = 15_000;

/** Keeps a socket open for every account that should have one, on one node at a time. */
export const startSessions = async (deps: SessionsDeps): Promise<Sessions> => {
  const opening = createLimit(OPENING_AT_ONCE);
  const keepers = new Map<string, Keeper>();

  const keeperOf = (account: string, dormant: boolean): Keeper => {
    const known = keepers.get(account);
    if (known !== undefined) return known;
    const keeper = createKeeper({ ...deps, opening }, account, dormant);
    keepers.set(account, keeper);
    return keeper;
  };
  const onEvent = (event: Recorded<AccountEvent>): void =>
    keeperOf(event.account, !deps.autoConnect).onEvent(event);

  const unsubscribe = deps.accounts.subscribe(onEvent);
  for (const account of deps.accounts.all().keys()) keeperOf(account, !deps.autoConnect).check();
  const forgetBans = await watchBanEnds(deps);
  const tending = setInterval(() => {
    for (const keeper of keepers.values()) keeper.tend();
  }, TEND_EVERY_MS).unref();
  for (const keeper of keepers.values()) keeper.tend();

  return {
    status: () => {
      const living = [...keepers].filter(([account]) => {
        const known = deps.accounts.all().get(account);
        return known !== undefined && known.state.status !== 'absent';
      });
      return new Map(living.map(([account, keeper]) => [account, keeper.status()]));
    },
    session: (account) => keepers.get(account)?.session() ?? null,
    stop: async () => {
      clearInterval(tending);
      forgetBans();
      const all = Promise.all([...keepers.values()].map((keeper) => keeper.stop())).then(() => true);
      const inTime = await Promise.race([all, sleep(STOP_MS, false, { ref: false })]);
      unsubscribe();
      if (!inTime) deps.logger.warn({}, 'some accounts could not be closed in time');
    },
  };
};
