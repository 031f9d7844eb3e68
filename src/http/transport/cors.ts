import koaCors from '@koa/cors';
import type { Middleware } from 'koa';

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
];
/** What a page may send, beside what every page may. */
const TAKEN = [
  ...['Authorization', 'X-Api-Key', 'Content-Type', 'Idempotency-Key', 'Prefer', 'Wildcat-Min-Position'],
  ...['x-request-id', 'Last-Event-ID', 'Range', 'If-Range', 'If-None-Match'],
];
/** Seconds; no browser remembers a preflight for longer. */
const MAX_AGE = 7_200;

/**
 * Lets pages of these origins read the answers (WHATWG Fetch), and answers what their browsers ask before. Cookies
 * are never taken: a page brings the key in a header. Whether a request is served is the guard's affair.
 */
export const cors = (origins: ReadonlySet<string>): Middleware =>
  koaCors({
    origin: (ctx) => {
      const origin = ctx.get('origin');
      return origins.has(origin) ? origin : '';
    },
    exposeHeaders: EXPOSED,
    allowHeaders: TAKEN,
    maxAge: MAX_AGE,
    // the error mapper keeps what is set already; hung on an error, `Vary` would replace what others have set
    keepHeadersOnError: false,
  });
