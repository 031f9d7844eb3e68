// A process of its own: POST counts a path, `GET PATH?N` is answered once PATH has been posted to N times.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const counts = new Map<string, number>();
const waiting = new Map<string, Readonly<{ count: number; response: ServerResponse }>>();

const tell = (path: string): void => {
  const waits = waiting.get(path);
  if (waits === undefined || (counts.get(path) ?? 0) < waits.count) return;
  waiting.delete(path);
  waits.response.end();
};
const server = createServer((request, response) => {
  const [path = '', count] = (request.url ?? '').split('?');
  if (request.method === 'GET') {
    waiting.set(path, { count: Number(count), response });
    tell(path);
    return;
  }
  request.resume();
  request.on('end', () => {
    counts.set(path, (counts.get(path) ?? 0) + 1);
    response.end();
    tell(path);
  });
}).listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
