import { bodyParser } from '@koa/bodyparser';
import Router, { type RouterContext } from '@koa/router';
import Koa from 'koa';
import { accountRoutes } from './accounts.ts';
import { insist } from './asking.ts';
import { chatRoutes } from './chats.ts';
import { consoleRoutes } from './console.ts';
import type { HttpDeps } from './deps.ts';
import { docsRoutes } from './docs.ts';
import { eventRoutes } from './events.ts';
import { groupRoutes } from './groups.ts';
import { mediaRoutes } from './media.ts';
import { messageRoutes } from './messages.ts';
import { phoneRoutes } from './phone.ts';
import { pictureRoutes } from './pictures.ts';
import { remarkRoutes } from './remarks.ts';
import type { Route } from './route.ts';
import { noBody } from './schemas/fields.ts';
import { sendMediaRoutes } from './send-media.ts';
import { sendRoutes } from './sends.ts';
import { serviceRoutes } from './service.ts';
import { sessionCallRoutes } from './session-calls.ts';
import { cors } from './transport/cors.ts';
import { errorMapper, HttpError, isHangUp } from './transport/errors.ts';
import { STREAM_TIMES } from './transport/event-stream.ts';
import { guard } from './transport/guard.ts';
import {
  accessLog,
  cutStalled,
  oneHost,
  positions,
  readablePath,
  requestId,
  type State,
  securityHeaders,
  writtenAt,
} from './transport/middleware.ts';
import { infoOf } from './transport/request-info.ts';
import { becomeSocket } from './transport/upgrade.ts';
import { type Received, receive } from './transport/uploading.ts';
import { viewRoutes } from './views.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every endpoint, in the order of the contract. */
export const routesOf = (deps: HttpDeps): readonly Route[] => [
  ...serviceRoutes(deps),
  ...accountRoutes(deps),
  ...sendRoutes(deps),
  ...sendMediaRoutes(deps),
  ...remarkRoutes(deps),
  ...messageRoutes(deps),
  ...chatRoutes(deps),
  ...mediaRoutes(deps),
  ...sessionCallRoutes(deps),
  ...groupRoutes(deps),
  ...phoneRoutes(deps),
  ...pictureRoutes(deps),
  ...eventRoutes(deps),
  ...viewRoutes(deps),
  ...webhookRoutes(deps),
  ...docsRoutes(deps),
  ...consoleRoutes(deps),
];

type Headers = Readonly<Record<string, string>>;

const parseJson = bodyParser({ enableTypes: ['json'], jsonLimit: '1mb' });
/** For a file of 1 MiB in base64. */
const parseLargeJson = bodyParser({ enableTypes: ['json'], jsonLimit: '1500kb' });

/** The JSON body, {} where there is none. Compressed bodies are not taken: a few bytes could unfold to gigabytes. */
const jsonBody = async (
  ctx: Koa.ParameterizedContext<State> & Koa.Context,
  parse = parseJson,
): Promise<unknown> => {
  const encoding = ctx.get('content-encoding');
  const isJson = ctx.is('application/json');
  // an empty body is of no type
  if (
    (isJson === false && ctx.get('content-length') !== '0') ||
    (encoding !== '' && encoding !== 'identity')
  ) {
    throw new HttpError(415, 'Unsupported media type: send application/json, not compressed');
  }
  await parse(ctx, async () => {});
  return ctx.request.body ?? {};
};

/** `Location` as others reach it, where it is a path of ours. */
const linked = ({ Location: to, ...headers }: Headers = {}, publicUrl = ''): Headers =>
  to === undefined ? headers : { ...headers, Location: to.startsWith('/') ? `${publicUrl}${to}` : to };

type Context = RouterContext<State>;

const bodyOf = async (ctx: Context, deps: HttpDeps, contract: Route['contract']): Promise<Received> => {
  const nothing = async (): Promise<void> => {};
  if (contract.body === noBody) return { body: undefined, release: nothing };
  if (contract.file === undefined) return { body: await jsonBody(ctx), release: nothing };
  const about = { account: ctx.params.accountId ?? '', name: contract.file };
  return receive(ctx, deps, about, () => jsonBody(ctx, parseLargeJson));
};

const mount = (router: Router<State>, deps: HttpDeps, { contract, handle }: Route): void => {
  router[contract.method](contract.path, async (ctx) => {
    ctx.state.route = contract.path;
    const received = await bodyOf(ctx, deps, contract);
    const input = {
      params: ctx.params,
      query: ctx.query,
      body: received.body,
      request: infoOf(ctx),
    };
    const { accountId } = ctx.params;
    const answer = accountId === undefined ? handle(input) : insist(deps, accountId, () => handle(input));
    const { status, body, headers, seq, socket } = await answer.finally(received.release);
    if (socket !== undefined) return becomeSocket(ctx, socket);
    if (seq !== undefined && seq > 0) ctx.set(await writtenAt(deps.views, seq));
    ctx.body = body;
    ctx.status = status; // after the body, whose absence would make it 204
    ctx.set(linked(headers, deps.publicUrl));
  });
};

/** What no route took: 405 with Allow where the path is known under other methods, else 404. */
const unmatched =
  (router: Router<State>) =>
  (ctx: Koa.Context): never => {
    const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
    if (methods.length === 0) throw new HttpError(404, 'Not found');
    const allowed = [...new Set(methods)].sort().join(', ');
    throw new HttpError(405, `Method not allowed: ${allowed}`, { Allow: allowed });
  };

/** The REST service as a value: `app.callback()` goes to any HTTP server. It listens to nothing by itself. */
export const createApp = (deps: HttpDeps, routes: readonly Route[] = routesOf(deps)): Koa<State> => {
  const router = new Router<State>();
  for (const route of routes) mount(router, deps, route);
  const open = new Set(routes.filter(({ contract }) => contract.open).map(({ contract }) => contract.path));
  const isOpen = (path: string): boolean => {
    const routesThere = router.match(path, 'GET').path;
    return routesThere.length > 0 && routesThere.every((layer) => open.has(String(layer.path)));
  };

  const app = new Koa<State>();
  app.on('error', (err: unknown) => {
    if (isHangUp(err)) deps.logger.debug({ err }, 'client hung up');
    else deps.logger.error({ err }, 'answer could not be sent');
  });
  app.use(cutStalled((deps.streamTimes ?? STREAM_TIMES).stall));
  app.use(requestId);
  app.use(accessLog(deps.logger, deps.metrics.observeRequest));
  app.use(errorMapper(deps.logger));
  app.use(securityHeaders());
  app.use(oneHost);
  app.use(cors(deps.corsOrigins)); // before the guard: no preflight brings a key
  app.use(readablePath);
  app.use(guard(deps.apiKey, { isOpen, origins: deps.corsOrigins }));
  app.use(positions(deps.views));
  app.use(router.routes());
  app.use(unmatched(router));
  return app;
};
