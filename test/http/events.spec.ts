import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import type { Asked } from '../../src/doors/doors.ts';
import { createApp } from '../../src/http/app.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { listen } from '../../src/http/transport/server.ts';
import { get, withEdge } from '../support/edge.ts';
import { connectedShop } from '../support/http-deps.ts';

const EVENT = { position: 7, json: '{"position":7}' };

/** The edge with doors that hand out one event, and what they were asked for. */
const edge = (more: Partial<HttpDeps> = {}) => {
  const asked: Asked[] = [];
  const deps: HttpDeps = {
    ...connectedShop().deps,
    doors: {
      pull: async (wanted) => {
        asked.push(wanted);
        return { events: [EVENT], next: 7, head: 9 };
      },
      watch: async (_way, wanted) => {
        asked.push(wanted);
        return (async function* once() {
          yield [EVENT];
        })();
      },
    },
    ...more,
  };
  return { deps, asked };
};

describe('GET /events', () => {
  it('answers JSON, or one event a line', async () => {
    const { deps, asked } = edge();
    await withEdge(deps, async (ask) => {
      const json = await ask(get('/events?after=3&account=shop,other&types=message.*&limit=5&wait=2'));
      assert.deepEqual(json.json, { ok: true, events: [{ position: 7 }], next: 7, head: 9 });
      const filter = { accounts: ['shop', 'other'], types: ['message.*'] };
      assert.deepEqual(asked[0], { filter, after: 3, limit: 5, waitMs: 2_000 });
      const lines = await ask(get('/events', { accept: 'application/x-ndjson' }));
      assert.equal(lines.text, '{"position":7}\n');
      assert.match(lines.headers['content-type'] ?? '', /^application\/x-ndjson/);
      assert.deepEqual([lines.headers['wildcat-next'], lines.headers['wildcat-head']], ['7', '9']);
      assert.deepEqual(asked[1], { filter: { accounts: [], types: [] }, after: 0, limit: 100, waitMs: 0 });
      const image = await ask(get('/events', { accept: 'image/png' }));
      assert.equal(image.status, 406);
    });
  });

  const ROWS: readonly (readonly [query: string, error: RegExp])[] = [
    ['after=x', /^after must be a position of the log/],
    ['after=-1', /^after must be/],
    ['after=1&after=2', /^after must be/],
    ['account=..', /^account must be 1 to 50 account ids/],
    ['account=', /^account must be/],
    [`account=${Array(51).fill('a').join(',')}`, /^account must be/],
    ['types=nonsense', /^types must be .* there are account, message, /],
    ['types=message', /^types must be/],
    ['types=message.nothing', /^types must be/],
    ['types=*.received', /^types must be/],
    [
      `account=${Array(21).fill('a').join(',')}&types=${Array(10).fill('message.*').join(',')}`,
      /^account times types must be 200 at most/,
    ],
    ['limit=0', /^limit must be a whole number from 1 to 1000$/],
    ['limit=1001', /^limit must be/],
    ['wait=61', /^wait must be a whole number from 0 to 60$/],
  ];
  for (const [query, error] of ROWS)
    it(`refuses ${query.slice(0, 40)}`, () =>
      withEdge(edge().deps, async (ask) => {
        const answer = await ask(get(`/events?${query}`));
        assert.equal(answer.status, 400);
        assert.match(String((answer.json as { error: string }).error), error);
      }));
});

describe('GET /events/stream', () => {
  it('is a stream of server-sent events that nothing on the way keeps', () =>
    withEdge(edge().deps, async (ask) => {
      const answer = await ask(get('/events/stream'));
      assert.equal(answer.text, 'retry: 2000\n: wildcat\n\nid: 7\ndata: {"position":7}\n\n');
      assert.match(answer.headers['content-type'] ?? '', /^text\/event-stream/);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers['x-accel-buffering'], 'no');
    }));

  it('takes Last-Event-ID for newer than its URL, and refuses one that is no position', async () => {
    const { deps, asked } = edge();
    await withEdge(deps, async (ask) => {
      await ask(get('/events/stream?after=3', { 'last-event-id': '5' }));
      await ask(get('/events/stream?after=3'));
      await ask(get('/events/stream'));
      assert.deepEqual(
        asked.map(({ after }) => after),
        [5, 3, 'now'],
      );
      const wrong = await ask(get('/events/stream', { 'last-event-id': 'x' }));
      assert.deepEqual(wrong.json, { ok: false, error: 'Last-Event-ID must be a position of the log' });
    });
  });

  it('ends with the reason where the log can not be read on', () => {
    const watch: HttpDeps['doors']['watch'] = async () =>
      // biome-ignore lint/correctness/useYield: it fails before it has anything
      (async function* broken(): AsyncGenerator<never, void> {
        throw new Error('no log');
      })();
    return withEdge(edge({ doors: { ...edge().deps.doors, watch } }).deps, async (ask) => {
      assert.match((await ask(get('/events/stream'))).text, /\n: no log\n\n$/);
    });
  });
});

const KEY = 'a-very-secret-key';
type Headers = Readonly<Record<string, string>>;

const withServer = async (deps: HttpDeps, use: (port: number) => Promise<void>): Promise<void> => {
  const server = await listen(createApp(deps).callback(), { host: '127.0.0.1', port: 0 });
  try {
    await use(server.port);
  } finally {
    await server.close();
  }
};
/** What a WebSocket is answered: its first message, or status and error. */
const dial = async (port: number, headers: Headers, protocols: string[] = []): Promise<string> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/events/ws`, protocols, { headers });
  socket.on('error', () => {});
  return Promise.race([
    once(socket, 'message').then(async ([message]) => {
      const [code] = await once(socket, 'close');
      return `${socket.protocol}|${message}|${code}`;
    }),
    once(socket, 'unexpected-response').then(async (args) => {
      const [, answer]: [unknown, IncomingMessage] = args as never;
      assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
      return `${answer.statusCode} ${JSON.parse(await text(answer)).error}`;
    }),
  ]);
};
const SERVED = `|${EVENT.json}|1001`;
const protocolOf = (key: string): string => `wildcat.key.${Buffer.from(key).toString('base64url')}`;

describe('GET /events/ws', () => {
  it('is a WebSocket, and tells whoever asks for anything else', () =>
    withServer(edge().deps, async (port) => {
      assert.equal(await dial(port, {}), SERVED);
      assert.equal(await dial(port, {}, ['wildcat']), `wildcat${SERVED}`);
      await withEdge(edge().deps, async (ask) => {
        const answer = await ask(get('/events/ws'));
        assert.deepEqual([answer.status, answer.headers.upgrade], [426, 'websocket']);
      });
    }));

  it('without an API key is for this machine only, and for no web page from elsewhere', () =>
    withServer(edge().deps, async (port) => {
      const rows: readonly (readonly [Headers, string])[] = [
        [{ origin: `http://127.0.0.1:${port}` }, SERVED],
        [{ origin: 'https://evil.example' }, '403 Origin not allowed'],
        [{ origin: 'null' }, '403 Origin not allowed'],
        [{ origin: `http://localhost:${port}` }, '403 Origin not allowed'],
        [{ 'sec-fetch-site': 'cross-site' }, '403 Cross-site request not allowed'],
        [
          { host: 'evil.example' },
          '403 Host not allowed: without an API_KEY only localhost, 127.0.0.1 and [::1] are served',
        ],
      ];
      for (const [headers, expected] of rows) assert.equal(await dial(port, headers), expected);
    }));

  it('with one wants it in a header or as a subprotocol, and even then no foreign page', () =>
    withServer(edge({ apiKey: KEY, publicUrl: 'https://wa.example/api' }).deps, async (port) => {
      const right = { 'x-api-key': KEY };
      assert.equal(await dial(port, right), SERVED);
      assert.equal(await dial(port, { authorization: `Bearer ${KEY}` }), SERVED);
      assert.equal(await dial(port, {}, ['wildcat', protocolOf(KEY)]), `wildcat${SERVED}`);
      assert.equal(await dial(port, { ...right, origin: 'https://wa.example' }), SERVED);
      const WRONG = '401 API key missing or wrong';
      assert.equal(await dial(port, {}), WRONG);
      assert.equal(await dial(port, {}, ['wildcat', protocolOf(`${KEY}x`)]), WRONG);
      assert.equal(await dial(port, { ...right, origin: 'https://evil.example' }), '403 Origin not allowed');
    }));

  it('is for the pages of CORS_ORIGINS, too', () =>
    withServer({ ...edge().deps, corsOrigins: new Set(['https://app.example']) }, async (port) => {
      const page = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' };
      assert.equal(await dial(port, page), SERVED);
      assert.equal(await dial(port, { origin: 'https://evil.example' }), '403 Origin not allowed');
    }));

  it('refuses handshakes that are none, and serves on', () =>
    withServer(edge().deps, async (port) => {
      const rows: readonly (readonly [path: string, headers: Headers, status: number])[] = [
        ['/events/ws', { 'sec-websocket-version': '12' }, 426],
        ['/events/ws', { 'sec-websocket-key': 'short' }, 400],
        ['/events/ws', { 'sec-websocket-protocol': 'a,,b' }, 400],
        ['/events/ws?after=x', {}, 400],
        ['/nothing', {}, 404],
        ['/ping', {}, 200],
      ];
      for (const [path, headers, status] of rows) {
        const answer = await raw(port, `GET ${path}`, { ...HANDSHAKE, ...headers });
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), `${path} ${JSON.stringify(headers)}`);
      }
    }));
});

const HANDSHAKE = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
/** All that comes back until the server hangs up. */
const raw = async (port: number, line: string, headers: Headers, body = ''): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.end(`${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  return text(socket);
};

describe('an offer to speak another protocol', () => {
  const h2c = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
  };

  it('is left alone: the request is served as it stands, body included', () =>
    withServer(edge().deps, async (port) => {
      assert.match(await raw(port, 'GET /ping', h2c), /^HTTP\/1.1 200 OK\r\n/);
      const body = JSON.stringify({ id: 'fresh', name: 'x'.repeat(100) });
      const headers = { ...h2c, 'content-type': 'application/json', 'content-length': String(body.length) };
      assert.match(await raw(port, 'POST /accounts', headers, body), /^HTTP\/1.1 201 Created\r\n/);
    }));
});
