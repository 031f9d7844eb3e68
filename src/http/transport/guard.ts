import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Middleware } from 'koa';
import { WildcatError } from '../../errors.ts';
import { HttpError } from './errors.ts';
import type { State } from './middleware.ts';
import { protocolKey } from './upgrade.ts';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const bearer = (authorization: string | undefined): string | null =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null;

/** Compares in constant time, whatever the lengths. */
const keyGuard =
  (apiKey: string, isOpen: (path: string) => boolean): Middleware<State> =>
  async (ctx, next) => {
    const expected = digest(apiKey);
    const given = [bearer(ctx.headers.authorization), ctx.headers['x-api-key'], protocolKey(ctx.req)];
    const matches = given.some((key) => typeof key === 'string' && timingSafeEqual(digest(key), expected));
    if (!matches && !isOpen(ctx.path)) {
      const challenge = { 'WWW-Authenticate': 'Bearer realm="wildcat"' };
      throw new HttpError(401, 'API key missing or wrong', challenge);
    }
    await next();
  };

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** Whether a page of this very host is asking. */
export const isOwnOrigin = (origin: string, host: string): boolean => {
  const [scheme, rest] = origin.toLowerCase().split('://');
  return (scheme === 'http' || scheme === 'https') && rest === host.toLowerCase();
};

/**
 * Why a request that bears no key must not be served, or null. Another Host means that a name of somebody else's
 * points at this machine (DNS rebinding), another Origin or fetch site that a web page is asking: only those of
 * `origins` may.
 */
export const foreign = (headers: IncomingHttpHeaders, origins: ReadonlySet<string>): string | null => {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (!LOCAL_HOST.test(host)) {
    return 'Host not allowed: without an API_KEY only localhost, 127.0.0.1 and [::1] are served';
  }
  if (origin !== undefined && origins.has(origin)) return null;
  if (origin !== undefined && !isOwnOrigin(origin, host)) return 'Origin not allowed';
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return 'Cross-site request not allowed';
  return null;
};

const localGuard =
  (origins: ReadonlySet<string>): Middleware<State> =>
  async (ctx, next) => {
    const reason = foreign(ctx.headers, origins);
    if (reason !== null) throw new WildcatError('forbidden', reason);
    await next();
  };

type Exceptions = Readonly<{
  /** Paths that need no key. */
  isOpen: (path: string) => boolean;
  /** Of pages that may ask without one, too. */
  origins: ReadonlySet<string>;
}>;

/**
 * With an API key: every path but the open ones needs it, as `Authorization: Bearer` or `X-Api-Key`, a WebSocket also
 * as a subprotocol (401). Without:
 * only this machine's own names are served, and of web pages' requests only those of the `origins` (403).
 */
export const guard = (apiKey: string | undefined, { isOpen, origins }: Exceptions): Middleware<State> =>
  apiKey === undefined ? localGuard(origins) : keyGuard(apiKey, isOpen);
