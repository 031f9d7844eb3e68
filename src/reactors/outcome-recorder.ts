import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEvent } from '../events/event.ts';
import type { MediaEvent } from '../events/media.ts';
import type { MessageEvent } from '../events/messages.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';

const AGAIN_MS = 1_000;

/**
 * Appends what has happened to a send or a file until the log has it, or until `signal`: an outcome that is known and then
 * forgotten would make the message go out again.
 */
export const createOutcomeRecorder =
  (log: Pick<EventLog, 'append'>, logger: Logger, signal: AbortSignal) =>
  async (fact: NewEvent<MessageEvent | MediaEvent>): Promise<void> => {
    for (;;) {
      try {
        await log.append(fact);
        return;
      } catch (err) {
        logger.warn({ err, type: fact.type }, 'outcome was not appended');
        if (signal.aborted) return;
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
      }
    }
  };
