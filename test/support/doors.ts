import { createDoors, type Doors } from '../../src/doors/doors.ts';
import { createTail } from '../../src/doors/tail.ts';
import { createApp } from '../../src/http/app.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { listen } from '../../src/http/transport/server.ts';
import type { EventLog } from '../../src/ports/event-log.ts';
import { connectedShop } from './http-deps.ts';
import { openLog, type TestLog } from './log.ts';
import { silentLog } from './silent-log.ts';

/** A real log with its doors, served over HTTP. */
export type OpenDoors = TestLog &
  Readonly<{ doors: Doors; port: number; url: string; end: () => Promise<void> }>;

export type DoorOptions = Readonly<{
  max?: number;
  /** How many events the shared tail remembers; few, so that catching up is common. */
  keep?: number;
  /** What the doors see of the log, where that is to be disturbed. */
  front?: (log: EventLog) => EventLog;
  deps?: Partial<HttpDeps>;
}>;

/** Opens a log's doors. */
export const openDoors = async (
  natsUrl: string,
  { max, keep = 50, front = (log) => log, deps = {} }: DoorOptions = {},
): Promise<OpenDoors> => {
  const opened = await openLog(natsUrl);
  const log = front(opened.log);
  const tail = createTail(log, silentLog, { keep: { events: keep, chars: 1_000_000 }, lingerMs: 0 });
  const doors = createDoors({ log, logger: silentLog, tail, ...(max === undefined ? {} : { max }) });
  const app = createApp({ ...connectedShop().deps, doors, ...deps });
  const server = await listen(app.callback(), { host: '127.0.0.1', port: 0 });
  return {
    ...opened,
    doors,
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    end: async () => {
      await doors.close();
      await server.close();
      await opened.close();
    },
  };
};
