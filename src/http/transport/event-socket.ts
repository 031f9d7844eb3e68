import type { WebSocket } from 'ws';
import type { Delivered } from '../../doors/entries.ts';
import { messageOf } from '../../errors.ts';
import type { StreamTimes } from './event-stream.ts';

/** RFC 6455, 7.4.1. */
const GOING_AWAY = 1_001;
const TRY_AGAIN = 1_013;
const CLOSE_MS = 2_000;

/** Resolves when the last of these messages is with the operating system: the other side's pace becomes ours. */
const sendAll = (socket: WebSocket, batch: readonly Delivered[]): Promise<void> =>
  new Promise((resolve, reject) => {
    batch.forEach(({ json }, index) => {
      const isLast = index === batch.length - 1;
      socket.send(json, (error) => {
        if (error) reject(error);
        else if (isLast) resolve();
      });
    });
  });

/** Pings, and cuts whoever answers nothing until the next ping. Returns the way to stop it. */
const keepAlive = (socket: WebSocket, ms: number): (() => void) => {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, ms).unref();
  return () => clearInterval(timer);
};

/**
 * Sends events over a WebSocket, one in each message, until either side ends it: 1001 when the service stops, 1013
 * where the log can't be read on. What the other side sends is not read.
 */
export const serveSocket = async (
  socket: WebSocket,
  batches: AsyncGenerator<readonly Delivered[], void>,
  { heartbeat, stall }: StreamTimes,
): Promise<void> => {
  socket.on('error', () => socket.terminate());
  const rest = keepAlive(socket, heartbeat);
  socket.once('close', rest);
  const end = (code: number, reason: string): void => {
    socket.close(code, reason.slice(0, 120));
    setTimeout(() => socket.terminate(), CLOSE_MS).unref();
  };
  try {
    for await (const batch of batches) {
      const timer = setTimeout(() => socket.terminate(), stall).unref();
      await sendAll(socket, batch).finally(() => clearTimeout(timer));
    }
    end(GOING_AWAY, 'The service is stopping');
  } catch (error) {
    end(TRY_AGAIN, messageOf(error));
  }
};
