import { createHmac, randomBytes } from 'node:crypto';
import { deriveKey } from '../adapters/crypto.ts';
import { createDeliveries } from '../adapters/mongo/deliveries.ts';
import { createPositions } from '../adapters/mongo/positions.ts';
import { createWebhookTargets } from '../adapters/mongo/webhook-targets.ts';
import { createWebhookClient } from '../adapters/webhook-client.ts';
import { commandHandler } from '../commands/handle.ts';
import { followStates } from '../commands/states.ts';
import { createAttempts } from '../commands/webhook-attempts.ts';
import { createRegistry } from '../commands/webhook-registry.ts';
import { webhooks as decider } from '../commands/webhooks.ts';
import type { Config } from '../config.ts';
import { WildcatError } from '../errors.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { type Told, toldBy } from '../events/webhook-payload.ts';
import { SYSTEM } from '../events/webhooks.ts';
import type { HttpDeps } from '../http/deps.ts';
import type { Logger } from '../ports/logger.ts';
import type { Deliveries } from '../ports/webhooks.ts';
import type { Leases } from '../ports/whatsapp.ts';
import { loadNames, peopleIn, withNames } from '../queries/names.ts';
import { createStoredQueries } from '../queries/stored-messages.ts';
import { createReadViews } from '../queries/views.ts';
import type { ReactorStatus } from '../reactors/status.ts';
import type { LineStatus } from '../reactors/webhooks/line.ts';
import { createTeller, deliveryIdOf, type TellerDeps } from '../reactors/webhooks/teller.ts';
import { startWebhooks } from '../reactors/webhooks.ts';
import type { Closers } from './closers.ts';
import type { Foundation } from './foundation.ts';

type Deps = Foundation &
  Readonly<{
    leases: Leases;
    /** Resolves with true once the views have a position. */
    waitForViews: (seq: number, ms: number) => Promise<boolean>;
    signal: AbortSignal;
    logger: Logger;
    now: () => Date;
  }>;

type WebhookSide = Readonly<{
  http: HttpDeps['webhooks'];
  deliveries: Deliveries;
  /** Delivers from now on, where that is this process' part. */
  start: () => void;
  /** Whether this process delivers, or waits for the one that does; null where it is not its part. */
  isDelivering: () => boolean | null;
  status: () => readonly LineStatus[];
  reactors: () => readonly ReactorStatus[];
}>;

const reactorOf = ({ line, due, parked, failure }: LineStatus): ReactorStatus => ({
  reactor: 'webhook',
  of: line,
  open: due + parked,
  trouble: failure,
});

const VIEW_MS = 2_000;
const SECRET_BYTES = 32;

const actor = { kind: 'system' } as const;
const random = (bytes: number): string => randomBytes(bytes).toString('hex');

/** What was sent is told by its request, which the views have folded together with it. People as they are called by now. */
const messageFinder = ({ databases, waitForViews }: Deps): TellerDeps['messageOf'] => {
  const read = createReadViews(databases.views, () => performance.now());
  const messages = createStoredQueries(read);
  const find = async (event: Recorded<WildcatEvent>): Promise<Told | null> => {
    if (event.type !== 'message.sent') return toldBy(event);
    if (!(await waitForViews(event.seq, VIEW_MS)))
      throw new WildcatError('unavailable', 'The views do not have this message yet');
    const { account } = event;
    const found = await messages.findSent(account, event.data.waId);
    return found && { account, ...found };
  };
  return async (event) => {
    const told = await find(event);
    const people = told === null ? [] : peopleIn(told.content);
    if (told === null || people.length === 0) return told;
    return { ...told, content: withNames(told.content, await loadNames(read, told.account, people)) };
  };
};

/** Everything about webhooks: registrations for the REST side, and the dispatcher. */
export const openWebhooks = async (config: Config, deps: Deps, closers: Closers): Promise<WebhookSide> => {
  const { log, databases, secret, logger, now } = deps;
  const client = createWebhookClient({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE, now });
  closers.add(client.close);
  const deliveries = await createDeliveries(databases.state, { keepMs: config.WEBHOOK_KEEP_DELIVERIES, now });
  const targets = createWebhookTargets(databases.state, secret);
  const states = await followStates(log, decider, deps.signal);
  const command = commandHandler({ log, states, now }, decider);
  const key = deriveKey(secret, 'webhook-urls');
  const registry = createRegistry({
    states,
    command,
    targets,
    deliveries,
    log,
    keyed: (text) => createHmac('sha256', key).update(text).digest('base64url'),
    random,
    newSecret: () => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
    now,
  });
  const tell = createTeller({
    post: client.post,
    messageOf: messageFinder(deps),
    publicUrl: config.PUBLIC_URL ?? '',
  });
  const attempts = createAttempts({ log, deliveries, tell, deliveryIdOf, random, now });

  let status = (): readonly LineStatus[] => [];
  let isDelivering = (): boolean | null => null;
  const start = (): void => {
    const dispatcher = startWebhooks({
      log,
      positions: createPositions(databases.state),
      deliveries,
      targets,
      tell,
      rules: { schedule: config.WEBHOOK_RETRY_SCHEDULE, random: Math.random },
      disableAfterMs: config.WEBHOOK_DISABLE_AFTER,
      disable: (id, reason) => command(SYSTEM, { type: 'disable', id, reason }, { actor }),
      endReplay: (id, replayId) => command(SYSTEM, { type: 'end_replay', id, replayId }, { actor }),
      webhooks: () => states.current(SYSTEM).state,
      subscribe: states.subscribe,
      leases: deps.leases,
      logger,
      now,
    });
    status = dispatcher.status;
    isDelivering = dispatcher.isDelivering;
    closers.add(dispatcher.stop);
  };
  return {
    http: { registry, attempts, deliveries },
    deliveries,
    start,
    isDelivering: () => isDelivering(),
    status: () => status(),
    reactors: () => status().map(reactorOf),
  };
};
