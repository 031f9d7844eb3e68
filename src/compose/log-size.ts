import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog, StreamState } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';

const ALARM = 0.8;
const EVERY_MS = 60_000;

/** Whether the log has reached 80 % of its limit; at 100 % it takes no more events. */
export const isNearlyFull = ({ bytes, maxBytes }: Pick<StreamState, 'bytes' | 'maxBytes'>): boolean =>
  maxBytes > 0 && bytes >= maxBytes * ALARM;

/** Warns once when the log is nearly full, and tells when it no longer is. Looks every `everyMs` until `signal`. */
export const watchLogSize = async (
  log: Pick<EventLog, 'state'>,
  logger: Logger,
  signal: AbortSignal,
  everyMs = EVERY_MS,
): Promise<void> => {
  let alarmed = false;
  while (!signal.aborted) {
    const state = await log.state().catch(() => null); // that it does not answer is told by others
    if (state !== null && isNearlyFull(state) !== alarmed) {
      alarmed = !alarmed;
      const { bytes, maxBytes } = state;
      if (alarmed)
        logger.warn(
          { bytes, maxBytes },
          'the log is over 80 % full: raise LOG_MAX_BYTES, or export and purge (docs/archive.md)',
        );
      else logger.info({ bytes, maxBytes }, 'the log has room again');
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
};
