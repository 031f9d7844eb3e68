import type { Middleware } from 'koa';
import type { State } from './middleware.ts';

/** What a page may read of an answer, beside what every page may. */
const EXPOSED = [
  ...[
    'Wildcat-Position',
    'Wildcat-Stale',
    'Wildcat-Next',
    'Wildcat-Head',
    'Idempotent-Replay',
    'x-request-id',
  ],
  ...['Location', 'Retry-After', 'ETag', 'Content-Disposition', 'Content-Range', 'Accept-Ranges'],
].join(', ');
/** What a page may send, beside what every page may. */
const TAKEN = [
  ...['Authorization', 'X-Api-Key', 'Content-Type', 'Idempotency-Key', 'Prefer', 'Wildcat-Min-Position'],
  ...['x-request-id', 'Last-Event-ID', 'Range', 'If-Range', 'If-None-Match'],
].join(', ');
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** Seconds; no browser remembers a preflight for longer. */
const MAX_AGE = '7200';

/**
 * Lets pages of these origins read the answers (WHATWG Fetch), and answers what their browsers ask before. Cookies
 * are never taken: a page brings the key in a header. Whether a request is served is the guard's affair.
 */
export const cors =
  (origins: ReadonlySet<string>): Middleware<State> =>
  async (ctx, next) => {
    if (origins.size === 0) return next();
    ctx.vary('Origin');
    const origin = ctx.get('origin');
    if (!origins.has(origin)) return next();
    ctx.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED });
    if (ctx.method !== 'OPTIONS' || ctx.get('access-control-request-method') === '') return next();
    ctx.set({
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': TAKEN,
      'Access-Control-Max-Age': MAX_AGE,
    });
    ctx.status = 204;
  };
