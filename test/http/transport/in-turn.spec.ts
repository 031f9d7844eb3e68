import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { it } from 'node:test';
import { listen } from '../../../src/http/transport/server.ts';
import { exchange } from '../../support/exchange.ts';
import { waitFor } from '../../support/wait.ts';

const asking = (path: string, count = 1): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count);
const open = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};

it('serves what a connection asks for ahead in its order, one after the other', async () => {
  const begun: string[] = [];
  const answers = new Map<string, () => void>();
  const server = await listen(
    (request, response) => {
      const path = request.url ?? '';
      begun.push(path);
      answers.set(path, () => void response.end(path));
    },
    { host: '127.0.0.1', port: 0 },
  );
  const socket = await open(server.port);
  let got = '';
  socket.on('data', (chunk) => {
    got += String(chunk);
  });
  socket.write(['/1', '/2', '/3'].map((path) => asking(path)).join(''));
  for (const path of ['/1', '/2', '/3']) {
    await waitFor(() => answers.has(path), { what: path });
    assert.equal(begun.at(-1), path, 'nothing is begun before what stands in front of it has its answer');
    answers.get(path)?.();
    await waitFor(() => got.includes(path), { what: `the answer to ${path}` });
  }
  socket.write(asking('/4'));
  await waitFor(() => answers.has('/4'), { what: 'a later one' });
  answers.get('/4')?.();
  await waitFor(() => got.includes('/4'), { what: 'its answer' });
  socket.destroy();
  await server.close();
});

it('cuts a connection that asks for thousands ahead, and others do not wait for it', async () => {
  let begun = 0;
  const body = 'x'.repeat(300_000);
  const server = await listen(
    (request, response) => {
      if (request.url === '/other') return void response.end('other');
      begun += 1;
      response.end(body);
    },
    { host: '127.0.0.1', port: 0 },
  );
  const socket = await open(server.port); // never read
  socket.write(asking('/flood', 20_000));
  await waitFor(() => begun > 0, { what: 'the first' });
  assert.equal((await exchange(server.port, { method: 'GET', path: '/other' })).text, 'other');
  socket.resume();
  await waitFor(() => socket.closed, { what: 'the cut' });
  assert.ok(begun <= 101, `${begun} were begun`);
  await server.close();
});

it('begins nothing any more for a connection that is gone', async () => {
  const begun: string[] = [];
  const server = await listen((request) => void begun.push(request.url ?? ''), {
    host: '127.0.0.1',
    port: 0,
  });
  const socket = await open(server.port);
  socket.write(`${asking('/1')}${asking('/2')}`);
  await waitFor(() => begun.length > 0, { what: 'the first' });
  socket.destroy();
  await server.close();
  assert.deepEqual(begun, ['/1']);
});
