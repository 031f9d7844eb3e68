import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import helmet from 'koa-helmet';
import { WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { RequestObserver, Views } from '../deps.ts';
import { HttpError } from './errors.ts';

/** `route`: the contract's path, once a route has taken the request. */
export type State = { id: string; route: string | null };

const SANE_ID = /^[A-Za-z0-9._~-]{1,128}$/;

/** Gives every request and its answer an x-request-id: the client's own where it is harmless. */
export const requestId: Middleware<State> = async (ctx, next) => {
  const given = ctx.get('x-request-id');
  ctx.state.id = SANE_ID.test(given) ? given : randomUUID();
  ctx.state.route = null;
  ctx.set('x-request-id', ctx.state.id);
  await next();
};

/**
 * Cuts the connection of a client that takes nothing of its answer for so long (ms): what is read for it, and held,
 * would be so for ever. How long an answer takes to be made is another matter.
 */
export const cutStalled =
  (ms: number): Middleware<State> =>
  async (ctx, next) => {
    const { socket } = ctx.req;
    socket.setTimeout(0); // that of the answer before, where requests are sent ahead
    await next();
    if (ctx.respond !== false) socket.setTimeout(ms); // Node's server destroys it then; behind the answer it sets its own
  };

/** Endpoints that machines ask every few seconds. */
const ROUTINE = new Set(['/ping', '/ready', '/health', '/metrics']);

/** One line and one measurement for each request. Neither URL nor body: they hold phone numbers and texts. */
export const accessLog =
  (logger: Logger, observe: RequestObserver): Middleware<State> =>
  async (ctx, next) => {
    const start = performance.now();
    await next();
    const ms = performance.now() - start;
    const labels = { method: ctx.method, route: ctx.state.route ?? 'none', status: ctx.status };
    observe(labels, ms / 1_000);
    const fields = { ms: Math.round(ms * 10) / 10, requestId: ctx.state.id, ...labels };
    if (ROUTINE.has(labels.route)) logger.debug(fields, 'request');
    else logger.info(fields, 'request');
  };

/** The usual headers; nothing here may be cached, for it is people's correspondence. */
export const securityHeaders = (): Middleware<State> => {
  // served over plain HTTP, too: a page there could not load its script over TLS
  const protect = helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    await protect(ctx, next);
  };
};

/** RFC 3986, 3.2.2; may be empty. */
const HOST = /^(\[[\w:.%~-]+\]|[\w.~!$&'()*+,;=%-]*)(:\d*)?$/;
const WHOLE_URL = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i;

/**
 * Refuses a request with no Host, with several or with one that is none: a proxy may have looked at another than we
 * (RFC 9112, 3.2). Where the target is a whole URL its host becomes the request's.
 */
export const oneHost: Middleware<State> = async (ctx, next) => {
  const { headers, headersDistinct, httpVersion, url = '' } = ctx.req;
  const { host = httpVersion === '1.0' ? [''] : [] } = headersDistinct;
  if (host.length !== 1 || !HOST.test(host.join()))
    throw new HttpError(400, 'A request needs one Host header, and only one');
  headers.host = WHOLE_URL.exec(url)?.[1] ?? headers.host;
  await next();
};

/** Refuses what the router could not even read. */
export const readablePath: Middleware<State> = async (ctx, next) => {
  try {
    decodeURIComponent(ctx.path);
  } catch (error) {
    if (!(error instanceof URIError || error instanceof TypeError)) throw error;
    throw new HttpError(400, 'Malformed path or percent-encoding in it');
  }
  await next();
};

const VIEWS_MS = 2_000;
const MIN_POSITION = 'Wildcat-Min-Position';

const minPosition = (text: string): number => {
  if (text === '') return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WildcatError('invalid', `${MIN_POSITION} must be a whole number`);
};

/**
 * `Wildcat-Position`: a position of the log that the answer reflects at least. A reader's `Wildcat-Min-Position`
 * waits for the views, 2 s at most; then 503, since what it asked for can't be had now.
 */
export const positions =
  (views: Views): Middleware<State> =>
  async (ctx, next) => {
    const wanted = minPosition(ctx.get(MIN_POSITION));
    if (wanted > views.position() && !(await views.waitFor(wanted, VIEWS_MS))) {
      throw new WildcatError('unavailable', `The views have not reached position ${wanted} yet`);
    }
    ctx.set('Wildcat-Position', String(views.position()));
    await next();
  };

/** Headers of an answer that led to events up to `seq`, once the views have them or 2 s have passed. */
export const writtenAt = async (views: Views, seq: number): Promise<Readonly<Record<string, string>>> => {
  const seen = await views.waitFor(seq, VIEWS_MS);
  const position = { 'Wildcat-Position': String(Math.max(seq, views.position())) };
  return seen ? position : { ...position, 'Wildcat-Stale': 'true' };
};
