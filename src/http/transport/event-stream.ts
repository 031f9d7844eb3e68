import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivered } from '../../doors/entries.ts';
import { messageOf } from '../../errors.ts';

/** Milliseconds. `retry`: after which a client should come back; `stall`: after which one that reads nothing is cut. */
export type StreamTimes = Readonly<{ heartbeat: number; retry: number; stall: number }>;

export const STREAM_TIMES: StreamTimes = { heartbeat: 15_000, retry: 2_000, stall: 60_000 };

const QUIET = Symbol('quiet');

/** The items, and `QUIET` wherever none came for `ms`. */
async function* withHeartbeat<T>(
  items: AsyncGenerator<T, void>,
  ms: number,
): AsyncGenerator<T | typeof QUIET, void> {
  try {
    for (let next = items.next(); ; ) {
      const waiting = new AbortController();
      const pause = sleep<typeof QUIET>(ms, QUIET, { signal: waiting.signal, ref: false }).catch(
        (): typeof QUIET => QUIET,
      );
      const result: IteratorResult<T, void> | typeof QUIET = await Promise.race([next, pause]);
      waiting.abort();
      if (result === QUIET) {
        yield QUIET;
        continue;
      }
      if (result.done === true) return;
      yield result.value;
      next = items.next();
    }
  } finally {
    await items.return();
  }
}

const frameOf = ({ position, json }: Delivered): string => `id: ${position}\ndata: ${json}\n\n`;

/**
 * Events as server-sent events (WHATWG), `id` their position, with a comment as heartbeat. Where the log can't be read
 * on the stream ends with a comment that says why, and the client comes back.
 */
export async function* eventStream(
  batches: AsyncGenerator<readonly Delivered[], void>,
  { heartbeat, retry }: StreamTimes,
): AsyncGenerator<string, void> {
  yield `retry: ${retry}\n: wildcat\n\n`;
  try {
    for await (const batch of withHeartbeat(batches, heartbeat))
      yield batch === QUIET ? ': \n\n' : batch.map(frameOf).join('');
  } catch (error) {
    yield `: ${messageOf(error)}\n\n`;
  }
}
