import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { createApp } from '../../../src/http/app.ts';
import { listen } from '../../../src/http/transport/server.ts';
import { connectedShop } from '../../support/http-deps.ts';

const KEY = 'a-very-secret-key';
const SOCKET = [
  ...['Connection: upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
  ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
];

/** The status of an answer to these very lines. */
const statusOf = async (port: number, lines: readonly string[]): Promise<number> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [head]: [Buffer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy(); // one that became a WebSocket would stay
  return Number(head.toString().split(' ')[1]);
};

describe('a request of which nobody can tell whom it is for', () => {
  const GET = 'GET /accounts HTTP/1.1';
  const cases: readonly [readonly string[], number][] = [
    [[GET, 'Host: localhost', 'Host: evil.example'], 400],
    [[GET, 'Host: localhost', 'host: localhost'], 400],
    [['GET /events/ws HTTP/1.1', 'Host: localhost', 'Host: evil.example', ...SOCKET], 400],
    [['OPTIONS /accounts HTTP/1.1', 'Host: localhost', 'Host: evil.example'], 400],
    [[GET], 400],
    [[GET, 'Host: localhost/evil.example'], 400],
    [[GET, 'Host: evil.example#localhost'], 400],
    [[GET, 'Host: [::1]:80'], 200],
    [['GET http://localhost/accounts HTTP/1.1', 'Host: localhost'], 200],
  ];
  for (const [lines, status] of cases)
    it(`is answered ${status}: ${lines.slice(0, 3).join(', ')}`, async (t) => {
      for (const apiKey of [undefined, KEY]) {
        const deps = { ...connectedShop().deps, apiKey };
        const server = await listen(createApp(deps).callback(), { host: '127.0.0.1', port: 0 });
        t.after(() => server.close());
        assert.equal(await statusOf(server.port, [...lines, `X-Api-Key: ${KEY}`]), status);
      }
    });

  it('is told by the host of a whole URL, where the target is one', async (t) => {
    const server = await listen(createApp(connectedShop().deps).callback(), { host: '127.0.0.1', port: 0 });
    t.after(() => server.close());
    const asking = (url: string) => statusOf(server.port, [`GET ${url} HTTP/1.1`, 'Host: localhost']);
    assert.equal(await asking('http://evil.example/accounts'), 403);
    assert.equal(await asking('http://localhost@evil.example/accounts'), 403);
    assert.equal(await asking('ftp://evil.example/accounts'), 403);
  });

  it('needs no Host before HTTP/1.1, where there was none', async (t) => {
    const deps = { ...connectedShop().deps, apiKey: KEY };
    const server = await listen(createApp(deps).callback(), { host: '127.0.0.1', port: 0 });
    t.after(() => server.close());
    assert.equal(await statusOf(server.port, ['GET /ping HTTP/1.0']), 200);
  });
});
