import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamLog } from '../adapters/jetstream/event-log.ts';
import type { Logger } from '../ports/logger.ts';

type Deps = Readonly<{
  log: Pick<JetStreamLog, 'trouble'>;
  /** Null where NATS is not ours to end. */
  restartNats: (() => Promise<void>) | null;
  dataDir: string;
  logger: Logger;
}>;

const EVERY_MS = 5_000;
/** What the disk has to have free before another try. */
const ROOM_BYTES = 16 * 1_048_576;

const hasRoom = async (directory: string): Promise<boolean> => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize >= ROOM_BYTES;
};

/**
 * Tells once when the log is frozen, by a full disk as a rule, and starts our own NATS anew when there is room again:
 * until then it stays so. (Nothing that was acknowledged is lost.) Looks every 5 s until `signal`.
 */
export const thawLog = async (
  { log, restartNats, dataDir, logger }: Deps,
  signal: AbortSignal,
): Promise<void> => {
  let told = false;
  while (!signal.aborted) {
    const trouble = await log.trouble();
    const frozen = trouble?.frozen ?? false;
    if (frozen && !told)
      logger.error({ ...trouble }, 'the log takes no events: make room on its disk, then start NATS anew');
    told = frozen;
    if (frozen && restartNats !== null && (await hasRoom(dataDir).catch(() => false))) {
      logger.warn({}, 'the disk has room again, NATS is started anew');
      await restartNats().catch((err: unknown) => logger.error({ err }, 'NATS was not started anew'));
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
};
