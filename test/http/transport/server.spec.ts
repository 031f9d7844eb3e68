import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Agent, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { hasCode } from '../../../src/errors.ts';
import { listen } from '../../../src/http/transport/server.ts';
import { exchange } from '../../support/exchange.ts';
import { waitFor } from '../../support/wait.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };

describe('listening', () => {
  it('says which setting to change where it can not', async () => {
    const first = await listen(() => {}, LOCAL);
    const message = `PORT ${first.port} on 127.0.0.1 is in use by another program. Stop it, or set PORT to a free one.`;
    await assert.rejects(
      listen(() => {}, { ...LOCAL, port: first.port }),
      (error) => hasCode(error, 'misconfigured') && error.message === message,
    );
    await assert.rejects(
      listen(() => {}, { host: '203.0.113.7', port: 0 }),
      /HOST 203\.0\.113\.7 is no address of this machine/,
    );
    await first.close();
  });

  it('answers what is no HTTP in JSON', async () => {
    const server = await listen(() => assert.fail('no request should arrive'), LOCAL);
    const garbage: readonly [string, string][] = [
      ['\u0000\u0001\u0002\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
      ['GET /a b HTTP/1.1\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
      ['GET / HTTP/1.1\r\nhost : x\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
      [`GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 'HTTP/1.1 431 Request Header Fields Too Large'],
    ];
    for (const [sent, status] of garbage) {
      const socket = connect(server.port, '127.0.0.1');
      socket.write(sent);
      const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
      assert.equal(head.split('\r\n')[0], status);
      assert.match(head, /^content-type: application\/json/im);
      assert.match(head, /^x-request-id: [0-9a-f-]{36}$/m);
      assert.equal(JSON.parse(body).ok, false);
    }
    await server.close();
  });

  it('leaves to the app what is only unusual', async () => {
    const server = await listen((_, response) => void response.end('served'), LOCAL);
    for (const asking of ['GET / HTTP/1.1', 'GET / HTTP/1.1\r\nhost: x\r\nexpect: wonders']) {
      const socket = connect(server.port, '127.0.0.1');
      socket.write(`${asking}\r\nconnection: close\r\n\r\n`);
      assert.match(await text(socket), /^HTTP\/1.1 200 OK\r\n[\s\S]*served/);
    }
    await server.close();
  });

  it('leaves nothing behind on a connection that offers another protocol again and again', async () => {
    const errors: number[] = [];
    const server = await listen((request, response) => {
      errors.push(request.socket.listenerCount('error'));
      response.end('served');
    }, LOCAL);
    const socket = connect(server.port, '127.0.0.1');
    const offer = 'GET / HTTP/1.1\r\nhost: x\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n';
    for (let n = 0; n < 3; n++) {
      socket.write(offer);
      await once(socket, 'data');
    }
    socket.destroy();
    assert.deepEqual(errors, Array(3).fill(errors[0]));
    await server.close();
  });

  describe('a request that comes in slowly', () => {
    const pace = { windowMs: 300, bytes: 300 };
    const HEAD = 'POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100000\r\n\r\n';
    /** Sends a body in pieces, one every 50 ms, until it is complete or the server has had enough. */
    const trickle = async (piece: number, head = HEAD) => {
      const server = await listen(
        (request, response) => {
          text(request).then(
            (body) => response.end(`got ${body.length}`),
            () => {},
          );
        },
        { ...LOCAL, pace },
      );
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {}); // a write into a connection that the server has closed
      socket.write(head);
      let left = 100_000;
      const timer = setInterval(() => {
        const size = Math.min(piece, left);
        left -= size;
        if (size > 0) socket.write('x'.repeat(size));
      }, 50);
      const answer = await text(socket);
      clearInterval(timer);
      await server.close();
      return { answer, left };
    };

    it('is waited for while enough of it comes', async () => {
      const { answer, left } = await trickle(5_000); // 20 pieces: over several windows
      assert.match(answer, /^HTTP\/1.1 200 OK\r\n[\s\S]*got 100000/);
      assert.equal(left, 0);
    });

    it('is cut where a connection is only held open', async () => {
      const { answer, left } = await trickle(1);
      assert.match(answer, /^HTTP\/1.1 408 Request Timeout[\s\S]*{"ok":false,"error":"Request timeout"}$/);
      assert.ok(left > 0);
    });

    it('is cut where it goes on behind its answer, whatever its pace', async (t) => {
      const served = await listen((_, response) => void response.end('served'), { ...LOCAL, lingerMs: 100 });
      const socket = connect(served.port, '127.0.0.1').on('error', () => {});
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
      const dripping = setInterval(() => socket.write('1\r\nx\r\n'), 10);
      t.after(async () => {
        clearInterval(dripping);
        socket.destroy();
        await served.close();
      });
      socket.resume();
      // by a reset, at times, which `once` would take for its own failure
      await waitFor(() => socket.closed, { what: 'the cut', ms: 5_000 });
    });

    it('also where it expects wonders', async () => {
      const { answer } = await trickle(1, HEAD.replace('host: x', 'host: x\r\nexpect: wonders'));
      assert.match(answer, /^HTTP\/1\.1 408 /);
    });

    it('also where its head never ends', async () => {
      const server = await listen(() => assert.fail('no request should arrive'), {
        ...LOCAL,
        headersMs: 200,
      });
      const socket = connect(server.port, '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n');
      assert.match(await text(socket), /^HTTP\/1.1 408 Request Timeout/);
      await server.close();
    });
  });

  it('lets a running request end, and ends kept connections with it', async () => {
    const requests = new EventEmitter();
    const arrived = once(requests, 'request');
    const server = await listen((_, response) => void requests.emit('request', response), LOCAL);
    const agent = new Agent({ keepAlive: true });
    const asked = request({ ...LOCAL, port: server.port, agent }).end();
    const [response]: [ServerResponse] = (await arrived) as [ServerResponse];
    const closing = server.close();
    const start = performance.now();
    await assert.rejects(exchange(server.port, { method: 'GET', path: '/' }), /ECONNREFUSED/);
    response.end('done');
    const [answer] = await once(asked, 'response');
    assert.equal(await text(answer), 'done');
    await closing;
    assert.ok(performance.now() - start < 5_000, 'it ran into the limit for draining');
    await server.close();
    agent.destroy();
  });
});
