import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { MongoError, MongoNetworkError } from 'mongodb';
import { z } from 'zod';

/** What is touched of the driver's connection (lib/cmap/connection.js). */
type Connection = {
  readonly socket: Socket;
  readonly error: Error | null;
  writeCommand: (this: Connection, ...args: unknown[]) => Promise<void>;
};

const isConnection = (value: unknown): boolean =>
  typeof value === 'function' && typeof value.prototype?.writeCommand === 'function';
const driver = z.object({ Connection: z.custom<{ readonly prototype: Connection }>(isConnection) });

const load = createRequire(import.meta.url);
const { prototype } = driver.parse(load('mongodb/lib/cmap/connection.js')).Connection;
const { writeCommand } = prototype;

// The driver (7.9) waits for `drain` where a socket takes no more, and for nothing else. One that was destroyed, but
// has not told so yet (the server was killed, or the driver gave its connections up), answers a write like a full
// one and never drains: the call, and with it a view or an account, would stand still for ever. And what the socket
// itself throws meanwhile is no error of the driver's, which so tries nothing again.
prototype.writeCommand = function (...args) {
  const { socket } = this;
  return new Promise((resolve, reject) => {
    const fail = (cause?: Error): void =>
      reject(this.error ?? new MongoNetworkError('the socket was closed before a write', cause && { cause }));
    const gone = (): void => fail();
    socket.once('close', gone);
    writeCommand
      .apply(this, args)
      .finally(() => socket.off('close', gone))
      .then(resolve, (error: Error) => (error instanceof MongoError ? reject(error) : fail(error)));
  });
};
