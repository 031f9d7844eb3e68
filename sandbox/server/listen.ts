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

/** Starts a server at a port it had before, so that old links work, or at any if that is taken; gives its port. */
export const listenAgain = (server: Server, port: number, host: string): Promise<number> =>
  listen(server, port, host).catch((error: NodeJS.ErrnoException) => {
    if (port === 0 || error.code !== 'EADDRINUSE') throw error;
    return listen(server, 0, host);
  });
