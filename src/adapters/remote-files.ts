import type { IncomingMessage } from 'node:http';
import { WildcatError } from '../errors.ts';
import type { RemoteFiles } from '../ports/remote-files.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { decoded } from './percent.ts';

const MAX_REDIRECTS = 3;
const LIMIT_MS = 60_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const cannot = (why: string, cause?: unknown): WildcatError =>
  new WildcatError('unprocessable', `The url can't be fetched: ${why}`, { cause });

const follow = async (
  fetch: GuardedFetch,
  url: URL,
  signal: AbortSignal,
  left: number,
): Promise<IncomingMessage> => {
  const answer = await fetch(url, { signal, headers: { 'User-Agent': 'wildcat', Accept: '*/*' } });
  const { statusCode = 0, headers } = answer;
  if (statusCode === 200) return answer;
  answer.destroy();
  const to = headers.location;
  if (!REDIRECTS.has(statusCode) || to === undefined) throw cannot(`it answers ${statusCode}`);
  if (left === 0 || !URL.canParse(to, url.href)) throw cannot('it redirects too often or nowhere');
  return follow(fetch, new URL(to, url.href), signal, left - 1);
};

const nameOf = ({ pathname }: URL): string | undefined => {
  return decoded(pathname.split('/').at(-1) ?? '') || undefined;
};

/**
 * The bytes of an answer until `signal` is raised. An answer that names no length looks complete to Node wherever it is
 * cut, so the signal is looked at as well.
 */
async function* bytesOf(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* answer;
    signal.throwIfAborted();
  } catch (error) {
    throw cannot(signal.aborted ? 'it takes too long' : 'it breaks off', error);
  }
}

/** Fetches files by URL, every address on the way being looked at; each within `limitMs`, a minute if not given. */
export const createRemoteFiles =
  (fetch: GuardedFetch, limitMs = LIMIT_MS): RemoteFiles =>
  async (text) => {
    const url = new URL(text);
    const signal = AbortSignal.timeout(limitMs);
    try {
      const answer = await follow(fetch, url, signal, MAX_REDIRECTS);
      return {
        bytes: bytesOf(answer, signal),
        mimetype: answer.headers['content-type'],
        fileName: nameOf(url),
      };
    } catch (error) {
      throw error instanceof WildcatError ? error : cannot('nobody answers there', error);
    }
  };
