import type { NatsConnection } from '@nats-io/transport-node';
import { liveSubject } from '../../events/live.ts';
import type { TellLive } from '../../ports/live.ts';
import type { Logger } from '../../ports/logger.ts';

/** Publishes on core NATS, on subjects that no stream keeps. */
export const createLive =
  (nc: NatsConnection, logger: Logger): TellLive =>
  (signal) => {
    try {
      nc.publish(liveSubject(signal), JSON.stringify(signal));
    } catch (error) {
      logger.debug({ error }, 'a live signal was lost'); // the connection is closed
    }
  };
