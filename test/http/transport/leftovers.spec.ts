import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createApp } from '../../../src/http/app.ts';
import { discardLeftovers } from '../../../src/http/transport/leftovers.ts';
import { listen } from '../../../src/http/transport/server.ts';
import { connectedShop } from '../../support/http-deps.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };
const SIZE = 33_554_432; // more than any buffer between the two
const headOf = (path: string): string =>
  [
    `POST ${path} HTTP/1.1`,
    ...['host: 127.0.0.1', 'connection: close', 'content-type: application/json'],
    `content-length: ${SIZE}\r\n\r\n`,
  ].join('\r\n');
const head = headOf('/');

/** Refuses at the first bytes, as a parser of bodies does. */
const refuse =
  (ms: number): RequestListener =>
  (request, response) => {
    request.once('data', async () => {
      request.pause();
      await discardLeftovers(request, ms);
      response.writeHead(413).end('too much');
    });
  };

const write = (socket: Socket, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.write(bytes, () => resolve());
  });

describe('a refused request', () => {
  it('is answered once its client has written all of it', async () => {
    const server = await listen(refuse(30_000), LOCAL);
    const socket = connect(server.port, '127.0.0.1');
    await write(socket, head);
    await write(socket, Buffer.alloc(SIZE));
    assert.match(await text(socket), /^HTTP\/1\.1 413/);
    await server.close();
  });

  it('is answered so by the service, too', async () => {
    const server = await listen(createApp(connectedShop().deps).callback(), LOCAL);
    const socket = connect(server.port, '127.0.0.1');
    await write(socket, headOf('/accounts/shop/message/send'));
    await write(socket, Buffer.alloc(SIZE));
    assert.match(await text(socket), /^HTTP\/1\.1 413[\s\S]*Request body too large/);
    await server.close();
  });

  it('is answered even so where that takes too long', async () => {
    const server = await listen(refuse(100), LOCAL);
    const socket = connect(server.port, '127.0.0.1');
    await write(socket, `${head}some`);
    assert.match(await text(socket), /^HTTP\/1\.1 413/);
    await server.close();
  });

  it('is let go of where its client hangs up', async () => {
    const requests = new EventEmitter();
    const arrived = once(requests, 'request');
    const server = await listen((request) => void requests.emit('request', request), LOCAL);
    const socket = connect(server.port, '127.0.0.1');
    await write(socket, `${head}some`);
    const [request]: [IncomingMessage] = (await arrived) as [IncomingMessage];
    const discarded = discardLeftovers(request, 30_000);
    socket.destroy();
    await discarded;
    await server.close();
  });

  it('is answered where it is no HTTP and goes on', async () => {
    const server = await listen(() => assert.fail('no request should arrive'), LOCAL);
    const socket = connect(server.port, '127.0.0.1');
    await write(socket, 'GET /a b HTTP/1.1\r\n\r\n');
    await write(socket, Buffer.alloc(SIZE));
    assert.match(await text(socket), /^HTTP\/1\.1 400/);
    await server.close();
  });
});
