import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** So many requests of a connection may wait for those before them; whoever sends more ahead is no client of ours. */
const MAX_WAITING = 100;

/**
 * Serves the requests of a connection one after the other. Node begins all that it reads, and their answers wait for
 * each other in memory: one connection that sends thousands ahead (pipelining) would hold everybody else up for half
 * a minute, and fill a gigabyte. It is cut.
 */
export const inTurn = (listener: RequestListener, max = MAX_WAITING): RequestListener => {
  /** Of the connections that are being served. */
  const waiting = new WeakMap<Socket, (() => void)[]>();
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const queue = waiting.get(socket);
    const serve = (): void => {
      response.once('close', () => {
        const next = socket.destroyed ? undefined : waiting.get(socket)?.shift();
        if (next === undefined) waiting.delete(socket);
        else next();
      });
      listener(request, response);
    };
    if (queue === undefined) {
      waiting.set(socket, []);
      serve();
    } else if (queue.push(serve) > max) socket.destroy();
  };
};
