import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ranges from which systems take ports for outgoing connections (32768 up on Linux, 49152 up elsewhere),
// so that no client's connection sits on a port that a server comes back to, not even one to itself.
const FIRST = 20_000;
const COUNT = 12_000;
const TRIES = 100;

/** Whether a server could listen on this loopback port now. */
export const isFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
};

/** The wanted loopback port if it is free, else a random free one. Free now: a rival may still be faster. */
export const freePort = async (wanted?: number): Promise<number> => {
  if (wanted !== undefined && (await isFree(wanted))) return wanted;
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${FIRST} and ${FIRST + COUNT}`);
};
