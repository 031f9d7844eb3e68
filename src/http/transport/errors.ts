import type { Middleware } from 'koa';
import { codeOf, type ErrorCode, WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import { discardLeftovers } from './leftovers.ts';

/** The only place where a code becomes a status. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  already_exists: 400,
  not_connected: 400,
  forbidden: 403,
  not_found: 404,
  busy: 409,
  version_conflict: 409,
  idempotency_conflict: 422,
  refused: 422,
  throttled: 429,
  too_large: 413,
  unsupported: 415,
  unprocessable: 422,
  gone: 410,
  upload_failed: 502,
  unavailable: 503,
  log_full: 507,
  misconfigured: 500,
};

/** What is said where the framework, not we, refuses a request: its own texts may quote the body. */
const FRAMEWORK: Readonly<Record<number, string>> = {
  400: 'Malformed request body',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  413: 'Request body too large',
  415: 'Unsupported media type',
};

/** A refusal that belongs to HTTP itself, and so has a status of its own. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export type Failure = Readonly<{
  status: number;
  body: Readonly<{ ok: false; error: string }>;
  headers: Readonly<Record<string, string>>;
}>;

const failure = (
  status: number,
  error: string,
  details: object = {},
  headers: Readonly<Record<string, string>> = {},
): Failure => ({ status, body: { ...details, ok: false, error }, headers });

const frameworkStatus = (error: unknown): number =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500;

const HANG_UPS = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE']);

/** Whether an answer could not be sent since the client was gone: everyday life. */
export const isHangUp = (error: unknown): boolean => HANG_UPS.has(codeOf(error) ?? '');

const RETRY: Readonly<Record<string, string>> = { 'Retry-After': '1' };

/** The answer to whatever was thrown. Nothing but our own errors speaks for itself, and none with a status of 500. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof HttpError) return failure(error.status, error.message, {}, error.headers);
  if (error instanceof WildcatError && STATUS[error.code] !== 500) {
    const headers = error.code === 'unavailable' ? RETRY : {};
    return failure(STATUS[error.code], error.message, error.details, headers);
  }
  const status = error instanceof WildcatError ? 500 : frameworkStatus(error);
  const text = FRAMEWORK[status];
  if (text === undefined) return failure(500, 'Internal error');
  // What is left of an oversized or unreadable body is not worth reading.
  return failure(status, text, {}, status === 413 ? { Connection: 'close' } : {});
};

/** How long a refused body may go on before it is answered. */
const LEFTOVERS_MS = 5_000;

/** Turns everything that is thrown further in into a JSON answer; what is our own fault is logged. */
export const errorMapper =
  (logger: Logger): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const { status, body, headers } = failureOf(error);
      if (status >= 500) logger.error({ err: error, requestId: ctx.state.id }, 'request failed');
      await discardLeftovers(ctx.req, LEFTOVERS_MS);
      ctx.set({ ...headers });
      ctx.status = status;
      ctx.body = body;
    }
  };
