// A process of its own: POST counts a path, GET /count?PATH tells how often.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const counts = new Map<string, number>();
const server = createServer((request, response) => {
  const path = request.url ?? '';
  if (request.method === 'GET') {
    response.end(String(counts.get(path.slice('/count?'.length)) ?? 0));
    return;
  }
  request.resume();
  request.on('end', () => {
    counts.set(path, (counts.get(path) ?? 0) + 1);
    response.end();
  });
}).listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
