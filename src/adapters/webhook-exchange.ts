import { setMaxListeners } from 'node:events';
import { type Agent, errors } from 'undici';

/** What to post. `path` with its query; `headers`: name, value, name, … */
type Asked = Readonly<{
  origin: string;
  path: string;
  headers: string[];
  body: string;
}>;

/** `retryAfter`: the header as it came, of an answer that is none of 2xx. */
type Answer = Readonly<{ status: number; retryAfter: string | undefined }>;

/** Of an answer nothing is wanted but its head: so many bytes are taken to keep the connection, then it is cut. */
const ANSWER_BYTES = 65_536;

/** The value of a header among undici's raw ones: name, value, name, … */
const headerOf = (raw: readonly Buffer[], name: string): string | undefined => {
  for (let i = 0; i + 1 < raw.length; i += 2)
    if (raw[i]?.toString('latin1').toLowerCase() === name) return raw[i + 1]?.toString('latin1');
  return undefined;
};

/**
 * One POST by undici's `dispatch`, which costs half as much as its `request`: there is no stream for an answer that
 * nobody reads. Resolves with the answer, of which the head decides, however the rest goes; rejects with undici's or
 * Node's error, among them a time-out after `ms` in all, from look-up to answer, and `UND_ERR_ABORTED` after `signal`.
 */
export const exchange = (
  agent: Agent,
  { origin, path, headers, body }: Asked,
  { ms, signal }: Readonly<{ ms: number; signal: AbortSignal | undefined }>,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    let answer: Answer | null = null;
    let taken = 0;
    let reason: Error | null = null;
    let abort = (_reason: Error): void => {};
    const end = (error: Error | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      if (answer === null) reject(error);
      else resolve(answer);
    };
    const cut = (why: Error): void => {
      reason = why;
      abort(why);
      end(why); // undici tells nothing before it is connected
    };
    const stop = (): void => cut(new errors.RequestAbortedError());
    const timer = setTimeout(() => cut(new errors.HeadersTimeoutError()), ms);
    if (signal?.aborted) return stop();
    if (signal !== undefined) {
      setMaxListeners(0, signal); // a line's posts share it, more at once than Node takes for no leak
      signal.addEventListener('abort', stop);
    }
    agent.dispatch(
      // written out: what a spread made would have a class of its own each time, on Node 20, and undici reads 16 fields
      { origin, path, method: 'POST', headers, body },
      {
        onConnect: (how) => {
          abort = how;
          if (reason !== null) abort(reason);
        },
        onHeaders: (status, raw) => {
          const isFinal = status >= 200;
          const retryAfter = status >= 300 ? headerOf(raw, 'retry-after') : undefined;
          if (isFinal) answer = { status, retryAfter };
          return true;
        },
        onData: (chunk) => {
          taken += chunk.length;
          if (taken > ANSWER_BYTES) cut(new errors.ResponseExceededMaxSizeError());
          return true;
        },
        onComplete: () => end(null),
        onError: end,
      },
    );
  });
