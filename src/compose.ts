import { isIPv6 } from 'node:net';
import { deriveKey } from './adapters/crypto.ts';
import { createGuardedFetch } from './adapters/guarded-fetch.ts';
import { createCaller } from './adapters/jetstream/session-calls.ts';
import { createLeases } from './adapters/lease.ts';
import { createMediaTools } from './adapters/media/tools.ts';
import { createMetrics } from './adapters/metrics.ts';
import { mongoIdempotency } from './adapters/mongo/idempotency.ts';
import { letGoIfAway } from './adapters/mongo/let-go.ts';
import { createOutbox } from './adapters/mongo/outbox.ts';
import { createQrCodes } from './adapters/mongo/qr-codes.ts';
import { createViewStore } from './adapters/mongo/view-store.ts';
import { createRemoteFiles } from './adapters/remote-files.ts';
import { accounts as accountDecider } from './commands/accounts.ts';
import { commandHandler } from './commands/handle.ts';
import { makeMedia } from './commands/media.ts';
import { decideSend } from './commands/messages.ts';
import { followOutcomes, loggedFailure } from './commands/outcomes.ts';
import { followStates } from './commands/states.ts';
import { type Closers, createClosers } from './compose/closers.ts';
import { readConsole } from './compose/console.ts';
import { layFoundation } from './compose/foundation.ts';
import { openGateway } from './compose/gateway.ts';
import { createHealth } from './compose/health.ts';
import { watchLogSize } from './compose/log-size.ts';
import { createLogger } from './compose/logger.ts';
import { toldToOperators } from './compose/operators.ts';
import { bindQueries } from './compose/queries.ts';
import { thawLog } from './compose/thaw.ts';
import { VERSION } from './compose/version.ts';
import { createViewAdmin } from './compose/view-admin.ts';
import { openWebhooks } from './compose/webhooks.ts';
import type { Config } from './config.ts';
import { createDoors } from './doors/doors.ts';
import { createFailpoint } from './failpoints.ts';
import { createApp, routesOf } from './http/app.ts';
import type { HttpDeps } from './http/deps.ts';
import { createKnownForms } from './http/known-forms.ts';
import { serviceRoutes } from './http/service.ts';
import { listen } from './http/transport/server.ts';
import { VIEWS } from './projections/all.ts';
import { asView, buildOf } from './projections/projection.ts';
import { runViews } from './projections/runner/run.ts';
import { watchViews } from './projections/runner/watch.ts';
import { textsProjection } from './projections/texts.ts';

/** A running service. `stop` drains it: what was accepted is finished, what is open is in the log. */
export type Service = Readonly<{ url: string; stop: () => Promise<void> }>;

/**
 * Builds the service and starts it: resolves once it serves. Whatever had been started is ended again where it can't.
 * Throws `misconfigured`, with the mend, for what an operator has to put right. `stopping` gives up what takes long.
 */
export const compose = async (config: Config, stopping: AbortSignal): Promise<Service> => {
  const closers = createClosers();
  try {
    return await start(config, closers, stopping);
  } catch (error) {
    await closers.close().catch(() => undefined); // the first failure is the one to tell
    throw toldToOperators(error);
  }
};

const now = (): Date => new Date();

const start = async (config: Config, closers: Closers, signal: AbortSignal): Promise<Service> => {
  const logger = await createLogger(config);
  const plays = (role: Config['ROLES'][number]): boolean => config.ROLES.includes(role);
  const following = new AbortController();
  const failpoint = createFailpoint(config.WILDCAT_FAILPOINT);
  const { health, sources } = createHealth({
    pingNats: () => base.nc.flush(),
    logTrouble: async () => (await base.log.trouble())?.reason ?? null,
    pingMongo: () => base.databases.views.command({ ping: 1 }),
    views: () => views.status(),
    log: () => base.log.state(),
    accounts: () => accounts.all(),
    doors: () => doors.open(),
    webhooks: () => webhooks.status(),
    isDelivering: () => webhooks.isDelivering(),
    lastEventAt: (account) => gateway?.lastEventAt(account) ?? null,
    reactors: () => [...(gateway?.reactors() ?? []), ...webhooks.reactors()],
    now,
  });
  const metrics = createMetrics(sources);
  const base = await layFoundation(config, { logger, now, closers, signal, onAppend: metrics.observeAppend });
  closers.add(() => following.abort());
  void watchLogSize(base.log, logger, following.signal);
  void thawLog({ ...base, dataDir: config.DATA_DIR, logger }, following.signal);

  const { log, databases } = base;
  const doors = createDoors({ log, logger });
  const accounts = await followStates(log, accountDecider, following.signal);
  const store = createViewStore({ client: databases.client, db: databases.views, failpoint });
  const views = plays('projector')
    ? runViews({ log, store, logger, now }, VIEWS)
    : watchViews({ log, store, now }, VIEWS);
  closers.add(views.stop);

  const command = commandHandler({ log, states: accounts, now }, accountDecider);
  const outcomes = await followOutcomes(log, { signal: following.signal, logger });
  const idempotency = await mongoIdempotency(databases.state, now);
  const qrCodes = await createQrCodes(databases.state, base.secret, now);
  const leases = await createLeases({ nc: base.nc, node: base.node, log: logger });
  const outbox = await createOutbox(databases.state, now);
  const webhookDeps = { ...base, leases, waitForViews: views.positions.waitFor, logger, now };
  const webhooks = await openWebhooks(config, { ...webhookDeps, signal: following.signal }, closers);
  const shared = {
    ...base,
    deliveries: webhooks.deliveries,
    accounts,
    command,
    leases,
    qrCodes,
    idempotency,
    outbox,
    logger,
    now,
  };
  const gateway = plays('gateway') ? await openGateway(config, shared, closers) : null;

  const { lookupMediaRequest, ...reads } = bindQueries(databases, { blobs: base.blobs, outbox, log });
  if (plays('webhooks')) webhooks.start();

  const tools = createMediaTools(config.FFMPEG_PATH, logger);
  const making = { files: base.files, tools, maxBytes: 2 * config.MAX_UPLOAD_MB * 1_048_576 };
  const call = createCaller(base.nc);
  const deps: HttpDeps = {
    apiKey: config.API_KEY,
    version: VERSION,
    publicUrl: config.PUBLIC_URL,
    corsOrigins: config.CORS_ORIGINS,
    logger,
    now,
    accounts,
    command,
    send: (account, wish, asked) => {
      const { state } = accounts.current(account);
      const event = decideSend(wish, state);
      const raw = wish.raw === undefined ? {} : { raw: wish.raw };
      const occurredAt = now().toISOString();
      return log.append({ account, gen: state.gen, occurredAt, ...event, ...asked, ...raw });
    },
    outcome: outcomes.wait,
    failure: (account, send) => loggedFailure(log, account, send),
    idempotency,
    idempotencySecret: deriveKey(base.secret, 'idempotency').export(),
    ...reads,
    requestMedia: async (account, id, chatId) => {
      const wished = await lookupMediaRequest(account, id, chatId);
      const { gen } = accounts.current(account).state;
      if (wished !== null) await log.append({ ...wished, account, gen, occurredAt: now().toISOString() });
    },
    files: base.files,
    maxUpload: config.MAX_UPLOAD_MB * 1_048_576,
    makeMedia: (kind, staged, claimed) => makeMedia(making, kind, staged, claimed),
    makePicture: (staged) => tools.profile(() => base.files.open(staged)),
    webhooks: webhooks.http,
    remoteFiles: createRemoteFiles(createGuardedFetch({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE })),
    views: {
      position: views.positions.reached,
      waitFor: views.positions.waitFor,
      waitForTexts: (seq, ms) => views.positions.waitFor(seq, ms, [buildOf(asView(textsProjection)).id]),
      head: async () => (await log.state()).lastSeq,
    },
    viewAdmin: createViewAdmin({ log, store, runner: views, now }, VIEWS),
    console: readConsole(),
    call,
    knownForm: createKnownForms(call, () => now().getTime()),
    qrCodes,
    leaseHolder: leases.holder,
    doors,
    health,
    metrics,
  };
  const app = createApp(deps, plays('api') ? routesOf(deps) : serviceRoutes(deps));
  const server = await listen(app.callback(), { host: config.HOST, port: config.PORT });
  closers.add(server.close);
  closers.add(doors.close); // first of all: a server waits for its open answers
  closers.add(() => void letGoIfAway(databases, { logger, signal: following.signal }));
  const host = isIPv6(config.HOST) ? `[${config.HOST}]` : config.HOST;
  return { url: `http://${host}:${server.port}`, stop: closers.close };
};
