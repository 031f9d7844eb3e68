import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { WebSocketServer } from 'ws';
import { closedBy } from '../../../src/adapters/baileys/connection.ts';
import { trustRoot } from '../../../src/adapters/baileys/settings.ts';
import { type GatedSocket, openSocket } from '../../../src/adapters/baileys/socket.ts';
import { makeMemoryAuth } from '../../support/bare-baileys.ts';
import { openSandbox } from '../../support/sandbox.ts';
import { waitFor } from '../../support/wait.ts';

const LIMIT_MS = 200;
const LATE = [408, 'No answer from WhatsApp'];
const nothing = (): void => undefined;

const open = (url: string) => {
  const seen: { qr?: string | undefined; closed?: unknown } = {};
  const socket: GatedSocket = openSocket(
    {
      auth: makeMemoryAuth(),
      logger: pino({ level: 'silent' }),
      waWebSocketUrl: url,
      connectTimeoutMs: LIMIT_MS,
    },
    { newest: () => 0, durable: () => 0, isValid: () => true, onInvalid: nothing },
    {
      'connection.update': ({ qr, connection, lastDisconnect }) => {
        seen.qr ??= qr;
        if (connection === 'close') seen.closed = lastDisconnect?.error;
      },
    },
    { onMessage: nothing, onAck: nothing, onStanza: nothing },
  );
  return { socket, seen };
};

const endOf = async (url: string) => {
  const { seen } = open(url);
  await waitFor(() => seen.closed, { what: 'end of the socket' });
  const { code, reason } = closedBy(seen.closed, true);
  return [code, reason];
};

describe('opening a connection', () => {
  let server: Server;
  let port = 0;
  before(async () => {
    server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const { what, upgrade } of [
    { what: 'a server that never answers the upgrade', upgrade: nothing },
    {
      what: 'a server that never says hello',
      upgrade: (...asked: Parameters<WebSocketServer['handleUpgrade']>) =>
        new WebSocketServer({ noServer: true }).handleUpgrade(...asked),
    },
  ]) {
    it(`ends with a reason to try again, at ${what}`, { timeout: 20_000 }, async () => {
      server.once('upgrade', (request, socket, head) => upgrade(request, socket, head, nothing));
      assert.deepEqual(await endOf(`ws://127.0.0.1:${port}`), LATE);
    });
  }

  it('does not end once the server has answered', { timeout: 20_000 }, async () => {
    const { sandbox, close } = await openSandbox();
    trustRoot({ rootKey: sandbox.rootKey });
    const { socket, seen } = open(sandbox.url);
    await waitFor(() => seen.qr, { what: 'QR code' });
    // by then the limit of the first one is over, too
    assert.deepEqual(await endOf(`ws://127.0.0.1:${port}`), LATE);
    assert.equal(seen.closed, undefined);
    socket.end();
    await close();
  });
});
