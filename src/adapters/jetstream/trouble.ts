import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { hasCode } from '../../errors.ts';
import { STREAM } from './stream.ts';

/** Whether appends come through, told by the appends themselves. */
type Doubt = Readonly<{
  /** Runs an append and watches how it goes: of its event alone, not of what MongoDB keeps beside it. */
  watch: <T>(append: () => Promise<T>) => Promise<T>;
  /** Whether one has waited for 2 s by now, or was given up as `unavailable` and none was stored since. */
  exists: () => boolean;
  /** Whether one has waited for 5 s by now. */
  isLong: () => boolean;
}>;

/** Why the log takes no events. `frozen`: its server has to be started anew, once what it names is mended. */
export type Trouble = Readonly<{ reason: string; frozen: boolean }>;

const DOUBT_MS = 2_000;
const LONG_MS = 5_000;

/** Nothing is in doubt at first. `now` in ms. */
export const createDoubt = (now: () => number = () => performance.now()): Doubt => {
  const waiting = new Set<{ since: number }>();
  let lost = false;
  const waits = (ms: number): boolean => {
    const [oldest] = waiting;
    return oldest !== undefined && now() - oldest.since >= ms;
  };
  return {
    watch: async (append) => {
      const own = { since: now() };
      waiting.add(own);
      try {
        const result = await append();
        lost = false;
        return result;
      } catch (error) {
        if (hasCode(error, 'unavailable')) lost = true;
        throw error;
      } finally {
        waiting.delete(own);
      }
    },
    exists: () => lost || waits(DOUBT_MS),
    isLong: () => waits(LONG_MS),
  };
};

/** Nobody's subject: names of accounts have a letter or digit. */
const NOTHING = 'wildcat.-.-';

/** Status of what the server's own store says, such as a full disk; that there is no such stream is another. */
const STORE_SAYS = 500;

// After a full disk the stream (NATS 2.14 and later) leaves publishers without any answer until the server is started
// anew. To whoever purges, if only nothing, it tells why.
const refusalOf = (jsm: JetStreamManager): Promise<Trouble | null> =>
  jsm.streams.purge(STREAM, { filter: NOTHING }).then(
    () => null,
    (error: unknown) =>
      error instanceof JetStreamApiError
        ? { reason: error.message, frozen: error.status === STORE_SAYS }
        : null,
  );

/** Why a server that can be reached takes no events, as far as appends give reason to ask; else null. */
export const troubleOf = async (jsm: JetStreamManager, doubt: Doubt): Promise<Trouble | null> => {
  if (!doubt.exists()) return null;
  const refusal = await refusalOf(jsm);
  if (refusal !== null) return refusal;
  return doubt.isLong() ? { reason: 'what is appended is not stored', frozen: false } : null;
};
