import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { it, type TestContext } from 'node:test';
import { createApp } from '../../../src/http/app.ts';
import type { HttpDeps } from '../../../src/http/deps.ts';
import { listen } from '../../../src/http/transport/server.ts';
import { connectedShop, NOW } from '../../support/http-deps.ts';
import { waitFor } from '../../support/wait.ts';

const ID = '507f1f77bcf86cd799439011';
const PIECE = 65_536;
const TIMES = { heartbeat: 50, retry: 1_000, stall: 300 };

/** A source without an end, and what was taken of it. */
const endless = () => {
  const taken = { bytes: 0, ended: false };
  const pieces = async function* () {
    try {
      for (;;) {
        taken.bytes += PIECE;
        yield Buffer.alloc(PIECE, 'x');
      }
    } finally {
      taken.ended = true;
    }
  };
  return { taken, pieces };
};

/** Asks, and reads nothing of the answer; resolves once the connection is closed. */
const ignored = async (t: TestContext, deps: HttpDeps, path: string): Promise<void> => {
  const app = createApp({ ...deps, streamTimes: TIMES });
  let open = true;
  const server = await listen(
    (request, response) => {
      request.socket.once('close', () => {
        open = false;
      });
      app.callback()(request, response);
    },
    { host: '127.0.0.1', port: 0 },
  );
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  t.after(async () => {
    socket.destroy();
    await server.close();
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await waitFor(() => !open, { what: 'end of the connection', ms: 5_000 });
};

it('ends a download that nobody reads, and reads no more for it', async (t) => {
  const { deps } = connectedShop();
  const { taken, pieces } = endless();
  const file = { id: ID, account: 'shop', sha256: 'ab', length: 1e12, storedAt: NOW.toISOString() };
  const files: HttpDeps['files'] = {
    ...deps.files,
    findById: async () => ({ ...file, mimetype: 'video/mp4', fileName: null }),
    open: () => Readable.from(pieces(), { objectMode: false }),
  };
  await ignored(t, { ...deps, files }, `/media/${ID}`);
  await waitFor(() => taken.ended, { what: 'end of the source' });
  assert.ok(taken.bytes < 64 * 1_048_576, `${taken.bytes} bytes were taken`);
});

it('ends a page that nobody reads', async (t) => {
  const { deps } = connectedShop();
  const events = [{ position: 1, json: `"${'x'.repeat(64 * 1_048_576)}"` }];
  const pull: HttpDeps['doors']['pull'] = async () => ({ events, next: 1, head: 1 });
  await ignored(t, { ...deps, doors: { ...deps.doors, pull } }, '/events');
});

it('ends a stream of events that nobody reads, without a word of a leak', async (t) => {
  const warned: Error[] = [];
  const onWarning = (warning: Error) => void warned.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const { deps } = connectedShop();
  const { taken, pieces } = endless();
  const watch: HttpDeps['doors']['watch'] = async () =>
    (async function* () {
      for await (const piece of pieces()) yield [{ position: 1, json: `"${piece}"` }];
    })();
  await ignored(t, { ...deps, doors: { ...deps.doors, watch } }, '/events/stream?after=0');
  await waitFor(() => taken.ended, { what: 'end of the source' });
  assert.ok(taken.bytes < 64 * 1_048_576, `${taken.bytes} bytes were taken`);
  assert.deepEqual(warned, []);
});

it('waits for an answer that takes its time, also behind another of the same connection', async (t) => {
  const { deps } = connectedShop();
  const pull: HttpDeps['doors']['pull'] = async () => {
    await new Promise((resolve) => setTimeout(resolve, 4 * TIMES.stall)); // longer than a client may stall
    return { events: [], next: 1, head: 1 };
  };
  const app = createApp({ ...deps, doors: { ...deps.doors, pull }, streamTimes: TIMES });
  const server = await listen(app.callback(), { host: '127.0.0.1', port: 0 });
  t.after(() => server.close());
  const socket = connect(server.port, '127.0.0.1');
  const ask = (path: string, last = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${last}\r\n`;
  socket.write(`${ask('/ping')}${ask('/events', 'Connection: close\r\n')}`);
  assert.match(await text(socket), /"pong":true[\s\S]*"events":\[\]/);
});
