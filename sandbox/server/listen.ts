import type { Server } from 'node:net';

/** Starts a server; gives its port, a free one for 0. Rejects when it cannot have that port. */
export const listen = async (server: Server, port: number, host: string): Promise<number> => {
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(port, host, ready);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
};
