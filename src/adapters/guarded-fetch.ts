import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { firstAnswer } from './first-answer.ts';
import { checkUrl, guardedLookup, type Resolve } from './guarded-lookup.ts';

type Asking = Readonly<{
  headers?: Readonly<Record<string, string>>;
  signal: AbortSignal;
}>;

/**
 * A GET of an address that somebody else chose; redirects are given back, not followed. Throws
 * `forbidden` for a private address (named, resolved or resolved anew) and for other protocols.
 */
export type GuardedFetch = (url: URL, asking: Asking) => Promise<IncomingMessage>;

type Guard = Readonly<{
  allowPrivate: boolean;
  resolve?: Resolve;
}>;

/** `allowPrivate` lets private addresses through, as those of one's own network. `resolve` is how names are looked up. */
export const createGuardedFetch = ({ allowPrivate, resolve }: Guard): GuardedFetch => {
  const lookup = guardedLookup(resolve);
  return async (url, { headers = {}, signal }) => {
    checkUrl(url, allowPrivate);
    const options: RequestOptions = {
      headers,
      signal,
      agent: false,
      ...(allowPrivate ? {} : { lookup }),
    };
    const asked = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    asked.end();
    return firstAnswer(asked);
  };
};
