import { setTimeout as sleep } from 'node:timers/promises';
import type { LogMetrics, MetricSources } from '../adapters/metrics.ts';
import { succeeds } from '../errors.ts';
import { type AccountState, isLive } from '../events/account-state.ts';
import type { Health } from '../http/schemas/service.ts';
import type { ViewStatus } from '../projections/runner/status.ts';
import type { ReactorStatus } from '../reactors/status.ts';
import { VERSION } from './version.ts';

type Deps = Readonly<{
  /** Each resolves when the server has answered. */
  pingNats: () => Promise<unknown>;
  pingMongo: () => Promise<unknown>;
  /** Why the log takes no events though NATS answers, or null. */
  logTrouble: () => Promise<string | null>;
  views: () => Promise<readonly ViewStatus[]>;
  log: () => Promise<LogMetrics>;
  accounts: () => ReadonlyMap<string, Readonly<{ state: AccountState }>>;
  lastEventAt: (account: string) => string | null;
  reactors: () => readonly ReactorStatus[];
  doors: () => Readonly<Record<string, number>>;
  webhooks: MetricSources['webhooks'];
  isDelivering: MetricSources['isDelivering'];
  now: () => Date;
}>;

const PING_MS = 2_000;

/** Null where it says nothing in time, or nothing good. */
const within = <T>(asked: Promise<T>): Promise<T | null> =>
  Promise.race([asked.catch(() => null), sleep(PING_MS, null, { ref: false })]);

const answers = async (ping: Promise<unknown>): Promise<boolean> => (await within(succeeds(ping))) === true;

/** What `/health`, `/ready` and `/metrics` tell. */
export const createHealth = (deps: Deps): { health: () => Promise<Health>; sources: MetricSources } => {
  const accounts = () =>
    [...deps.accounts()]
      .filter(([, { state }]) => isLive(state))
      .map(([account, { state }]) => ({
        account,
        status: state.status,
        lastEventAt: deps.lastEventAt(account),
      }));
  const dependencies = async () => {
    const [nats, trouble, mongodb] = await Promise.all([
      answers(deps.pingNats()),
      within(deps.logTrouble()),
      answers(deps.pingMongo()),
    ]);
    return { nats, trouble, mongodb };
  };
  return {
    sources: {
      dependencies: async () => {
        const { nats, trouble, mongodb } = await dependencies();
        return { nats, log: nats && trouble === null, mongodb };
      },
      views: deps.views,
      accounts: () => Promise.resolve(accounts()),
      log: () => within(deps.log()),
      doors: deps.doors,
      reactors: deps.reactors,
      webhooks: deps.webhooks,
      isDelivering: deps.isDelivering,
      now: deps.now,
    },
    health: async () => {
      const [{ nats, trouble, mongodb }, views] = await Promise.all([dependencies(), deps.views()]);
      const isDelivering = deps.isDelivering();
      const counts: Record<string, number> = {};
      for (const { status } of accounts()) counts[status] = (counts[status] ?? 0) + 1;
      return {
        version: VERSION,
        uptime: process.uptime(),
        nats: { state: nats ? 'up' : 'down', trouble },
        mongo: { state: mongodb ? 'up' : 'down' },
        views: [...views],
        reactors: [...deps.reactors()],
        ...(isDelivering === null ? {} : { webhooks: isDelivering ? 'delivering' : 'waiting' }),
        accounts: counts,
      };
    },
  };
};
