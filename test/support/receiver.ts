import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a receiver got. */
export type Got = Readonly<{ path: string; headers: IncomingHttpHeaders; body: string; at: number }>;
/** Answers a request; what it returns is the status, undefined where it has answered (or never will). */
export type Answering = (got: Got, response: ServerResponse) => number | undefined;

export type Receiver = Readonly<{
  url: string;
  got: Got[];
  /** From now on it answers so. */
  answer: (how: Answering) => void;
  close: () => Promise<void>;
}>;

/** A webhook receiver on loopback; 200 unless it is told otherwise. */
export const startReceiver = async (how: Answering = () => 200): Promise<Receiver> => {
  const got: Got[] = [];
  let answering = how;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        at: Date.now(),
      };
      const status = answering(one, response);
      got.push(one);
      if (status !== undefined) response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    answer: (next) => {
      answering = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

export const idOf = ({ headers }: Got): string => String(headers['webhook-id']);
export const positionOf = ({ headers }: Got): number => Number(headers['wildcat-position']);
/** The first of each id, in the order of their coming. */
export const firsts = (got: readonly Got[]): Got[] => {
  const seen = new Set<string>();
  return got.filter((one) => !seen.has(idOf(one)) && seen.add(idOf(one)));
};
