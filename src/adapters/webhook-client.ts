import { Agent, request } from 'undici';
import { messageOf } from '../errors.ts';
import type { Message, Post, Posted, Target } from '../ports/webhooks.ts';
import { checkUrl, guardedLookup, type Resolve } from './guarded-lookup.ts';
import { createSigner } from './webhook-signatures.ts';

type Deps = Readonly<{
  allowPrivate: boolean;
  now: () => Date;
  resolve?: Resolve;
  /** For a whole attempt; the specification's 15 s if not given. */
  timeoutMs?: number;
}>;

export type WebhookClient = Readonly<{ post: Post; close: () => Promise<void> }>;

const TIMEOUT_MS = 15_000;
const CONNECT_MS = 10_000;
/** Of an answer nothing is wanted but its status: so much of it is read to keep the connection, then it is cut. */
const ANSWER_BYTES = 65_536;
const IDLE_MS = 10_000;

/** `https://user:password@host` as a header, since clients do not take it from the URL. */
const credentialsOf = ({ username, password }: URL): Record<string, string> => {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
};

type Limit = Readonly<{ signal: AbortSignal; isOver: () => boolean; release: () => void }>;

/** Raised after `ms` or with `other`. Cheaper than `AbortSignal.any`, and its timer is gone with the attempt. */
const limitOf = (ms: number, other: AbortSignal | undefined): Limit => {
  const ending = new AbortController();
  let isOver = false;
  const abort = (): void => ending.abort();
  const timer = setTimeout(() => {
    isOver = true;
    abort();
  }, ms);
  other?.addEventListener('abort', abort);
  if (other?.aborted) abort();
  const release = (): void => {
    clearTimeout(timer);
    other?.removeEventListener('abort', abort);
  };
  return { signal: ending.signal, isOver: () => isOver, release };
};

const headersOf = (target: Target, message: Message, url: URL, now: Date): Record<string, string> => ({
  ...credentialsOf(url),
  ...target.headers,
  ...message.headers,
  'content-type': message.contentType,
  'user-agent': 'wildcat',
  'webhook-id': message.id,
  'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
});

/** `Retry-After` in ms: seconds, or a date as of `now` (unix ms); null where there is none that makes sense. */
export const retryAfterOf = (header: string | undefined, now: number): number | null => {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
};

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

const bare = (url: URL): URL => {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
};

/**
 * Posts webhooks, one attempt at a time: signed as Standard Webhooks, no redirect followed, no proxy asked, every
 * address looked at when it is connected to. Errors name codes and addresses, never the URL.
 */
export const createWebhookClient = (deps: Deps): WebhookClient => {
  const { allowPrivate, now, timeoutMs = TIMEOUT_MS } = deps;
  const sign = createSigner();
  const lookup = allowPrivate ? {} : { lookup: guardedLookup(deps.resolve) };
  const agent = new Agent({
    connect: { ...lookup, timeout: Math.min(CONNECT_MS, timeoutMs) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: IDLE_MS,
  });

  const exchange = async (
    target: Target,
    message: Message,
    signal: AbortSignal,
  ): Promise<Partial<Posted>> => {
    const url = new URL(target.url);
    checkUrl(url, allowPrivate);
    const at = now();
    const { statusCode, headers, body } = await request(bare(url), {
      dispatcher: agent,
      method: 'POST',
      headers: { ...headersOf(target, message, url, at), 'webhook-signature': sign(target, message, at) },
      body: message.body,
      signal,
    });
    // the status has decided by now, however the rest goes
    await body.dump({ limit: ANSWER_BYTES }).catch(() => undefined);
    const after = headers['retry-after'];
    const retryAfterMs = retryAfterOf(typeof after === 'string' ? after : undefined, now().getTime());
    const fine = statusCode >= 200 && statusCode < 300;
    return { status: statusCode, error: fine ? null : `answered ${statusCode}`, retryAfterMs };
  };
  const failure = (error: unknown, isOver: boolean): Partial<Posted> => {
    const code = codeOf(error);
    if (code === 'forbidden') return { error: messageOf(error), refused: true };
    if (isOver || code?.endsWith('_TIMEOUT')) return { error: `no answer within ${timeoutMs} ms` };
    return { error: code ?? messageOf(error) };
  };

  return {
    post: async (target, message, signal) => {
      const begun = performance.now();
      const at = now().toISOString();
      const limit = limitOf(timeoutMs, signal);
      const outcome = await exchange(target, message, limit.signal)
        .catch((error: unknown) => failure(error, limit.isOver()))
        .finally(limit.release);
      const ms = Math.round(performance.now() - begun);
      return { at, ms, status: null, error: null, retryAfterMs: null, refused: false, ...outcome };
    },
    close: () => agent.destroy(),
  };
};
