import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a client has to send at least while its request is not complete: so many bytes in each window. */
export type Pace = Readonly<{ windowMs: number; bytes: number }>;

/** 1 KiB/s: an upload may take its time, a connection that is only held open may not. */
export const PACE: Pace = { windowMs: 30_000, bytes: 30 * 1_024 };

/**
 * Calls `late` once where a request comes in slower than that. What the client sends faster than it is taken counts
 * when it is taken, so whoever reads the request must not stand still for a whole window.
 */
export const watchPace = (
  request: IncomingMessage,
  response: ServerResponse,
  { windowMs, bytes }: Pace,
  late: () => void,
): void => {
  const { socket } = request;
  let before = socket.bytesRead;
  const timer = setInterval(() => {
    if (request.complete) return clearInterval(timer);
    if (socket.bytesRead - before < bytes) {
      clearInterval(timer);
      late();
    }
    before = socket.bytesRead;
  }, windowMs);
  const end = (): void => clearInterval(timer);
  request.once('end', end);
  response.once('close', end);
};
