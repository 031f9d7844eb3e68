import { Agent } from 'undici';
import { codeOf, messageOf } from '../errors.ts';
import type { Message, Post, Posted, Target } from '../ports/webhooks.ts';
import { checkUrl, guardedLookup, type Resolve } from './guarded-lookup.ts';
import { decoded } from './percent.ts';
import { exchange } from './webhook-exchange.ts';
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
const IDLE_MS = 10_000;

/** `https://user:password@host` as a header, since clients do not take it from the URL. */
const credentialsOf = ({ username, password }: URL): Record<string, string> => {
  if (username === '' && password === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
};

type Outcome = Omit<Posted, 'at' | 'ms'>;

/** What follows from a target alone. `headers` as undici takes them: name, value, name, … */
type Place = Readonly<{ origin: string; path: string; headers: readonly string[] }>;

/** `Retry-After` in ms: seconds, or a date as of `now` (unix ms); null where there is none that makes sense. */
export const retryAfterOf = (header: string | undefined, now: number): number | null => {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
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

  const places = new WeakMap<Target, Place>();
  const placeOf = (target: Target): Place => {
    const known = places.get(target);
    if (known !== undefined) return known;
    const url = new URL(target.url);
    checkUrl(url, allowPrivate);
    const path = `${url.pathname}${url.search}`;
    const own = { ...credentialsOf(url), ...target.headers, 'user-agent': 'wildcat' };
    const place = { origin: url.origin, path, headers: Object.entries(own).flat() };
    places.set(target, place);
    return place;
  };
  const attempt = async (
    target: Target,
    message: Message,
    { at, signal }: Readonly<{ at: Date; signal: AbortSignal | undefined }>,
  ): Promise<Outcome> => {
    const { origin, path, headers: own } = placeOf(target);
    const { id, contentType, body } = message;
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    const signature = sign(target, message, at);
    const said = ['webhook-id', id, 'webhook-timestamp', timestamp, 'webhook-signature', signature];
    const headers = ['content-type', contentType, ...said, ...message.headers, ...own];
    const { status, retryAfter } = await exchange(
      agent,
      { origin, path, headers, body },
      { ms: timeoutMs, signal },
    );
    const retryAfterMs = retryAfterOf(retryAfter, now().getTime());
    return { status, error: status < 300 ? null : `answered ${status}`, retryAfterMs, refused: false };
  };
  const failure = (error: unknown): Outcome => {
    const code = codeOf(error);
    const isLate = code?.endsWith('_TIMEOUT') === true;
    const refused = code === 'forbidden';
    const said = refused ? messageOf(error) : (code ?? messageOf(error));
    return {
      status: null,
      error: isLate ? `no answer within ${timeoutMs} ms` : said,
      retryAfterMs: null,
      refused,
    };
  };

  return {
    post: async (target, message, signal) => {
      const begun = performance.now();
      const at = now();
      const outcome = await attempt(target, message, { at, signal }).catch(failure);
      return { at: at.toISOString(), ms: Math.round(performance.now() - begun), ...outcome };
    },
    close: () => agent.destroy(),
  };
};
