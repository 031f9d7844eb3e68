import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { createWebhookClient, type WebhookClient } from '../../src/adapters/webhook-client.ts';
import type { Posted, Target } from '../../src/ports/webhooks.ts';
import { waitFor } from '../support/wait.ts';

const NOW = new Date();
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OLD = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const ENDED = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
/** Long enough for a busy machine; what never answers is given less. */
const AMPLE_MS = 20_000;
const LIMIT_MS = 400;

type Asked = { url: string; headers: Record<string, string>; body: string };

let server: Server;
let slow: TcpServer;
let early: TcpServer;
let port = 0;
let slowPort = 0;
let earlyPort = 0;
const asked: Asked[] = [];
const sent = { endless: 0 };
before(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = request.url ?? '';
      const body = Buffer.concat(chunks).toString();
      asked.push({ url, headers: request.headers as Record<string, string>, body });
      if (url === '/redirect') response.writeHead(302, { location: `http://127.0.0.1:${port}/inside` }).end();
      else if (url === '/later') response.writeHead(503, { 'retry-after': '7' }).end();
      else if (url === '/hang') return;
      else if (url === '/endless') {
        response.writeHead(200);
        const more = (): void => {
          if (response.destroyed) return;
          sent.endless += 65_536;
          response.write(Buffer.alloc(65_536), () => setImmediate(more));
        };
        more();
      } else response.writeHead(200).end('fine');
    });
  }).listen(0, '127.0.0.1');
  // answers one byte of its head every 50 ms, for ever
  slow = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
    const timer = setInterval(() => socket.write('a'), 50);
    socket.on('close', () => clearInterval(timer));
  }).listen(0, '127.0.0.1');
  // says that it is about to answer, answers, and never ends its body
  early = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (asking) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      if (asking.includes('/never')) return;
      socket.write('HTTP/1.1 503 Later\r\nRetry-After: 3\r\nContent-Length: 9\r\n\r\npart');
    });
  }).listen(0, '127.0.0.1');
  await Promise.all([server, slow, early].map((one) => once(one, 'listening')));
  port = (server.address() as AddressInfo).port;
  slowPort = (slow.address() as AddressInfo).port;
  earlyPort = (early.address() as AddressInfo).port;
});
after(() => {
  server.closeAllConnections();
  server.close();
  slow.close();
  early.close();
});

const resolving = (...answers: string[][]) => {
  let call = 0;
  const resolve = (_name: string, _options: object, done: (error: null, found: object[]) => void): void => {
    const answer = answers[Math.min(call++, answers.length - 1)] ?? [];
    done(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return resolve as unknown as typeof lookup; // the part of it that is used
};
const target = (url: string, more: Partial<Target> = {}): Target => ({
  ...{ url, headers: {}, secrets: [{ secret: SECRET, until: null }] },
  ...more,
});
const MESSAGE = {
  id: 'msg_1',
  body: '{"a":1}',
  contentType: 'application/json',
  headers: ['wildcat-event', 'x.y'],
};
const posting = async (
  to: Target,
  options: { allowPrivate?: boolean; resolve?: typeof lookup; timeoutMs?: number } = {},
): Promise<Posted> => {
  const { allowPrivate = true, ...rest } = options;
  const client: WebhookClient = createWebhookClient({
    allowPrivate,
    now: () => NOW,
    timeoutMs: AMPLE_MS,
    ...rest,
  });
  try {
    return await client.post(to, MESSAGE);
  } finally {
    await client.close();
  }
};

describe('posting a webhook', () => {
  it('shares one signal with many others, without a word of a leak', async () => {
    const warned: Error[] = [];
    const onWarning = (warning: Error) => void warned.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    const client = createWebhookClient({ allowPrivate: true, now: () => NOW, timeoutMs: AMPLE_MS });
    try {
      const to = target(`http://127.0.0.1:${port}/`);
      const posts = await Promise.all(Array.from({ length: 16 }, () => client.post(to, MESSAGE, signal)));
      assert.deepEqual(new Set(posts.map(({ status }) => status)), new Set([200]));
    } finally {
      await client.close();
      process.off('warning', onWarning);
    }
    assert.deepEqual(warned, []);
  });

  it('brings a password with a % in it as it stands', async () => {
    asked.length = 0;
    const { error } = await posting(target(`http://ann:100%@127.0.0.1:${port}/fine`));
    assert.equal(error, null);
    assert.equal(asked[0]?.headers.authorization, `Basic ${Buffer.from('ann:100%').toString('base64')}`);
  });

  it('is signed by every secret that has not ended, over the very bytes', async () => {
    asked.length = 0;
    const secrets = [
      { secret: SECRET, until: null },
      { secret: OLD, until: new Date(NOW.getTime() + 1_000).toISOString() },
      { secret: ENDED, until: new Date(NOW.getTime() - 1_000).toISOString() },
    ];
    const to = target(`http://ann:pass%20word@127.0.0.1:${port}/fine?x=1`, {
      secrets,
      headers: { 'x-own': 'yes' },
    });
    const posted = await posting(to);
    assert.deepEqual([posted.status, posted.error], [200, null]);
    const [got] = asked;
    assert.ok(got !== undefined);
    assert.equal(got.url, '/fine?x=1');
    assert.equal(got.headers['x-own'], 'yes');
    assert.equal(got.headers.authorization, `Basic ${Buffer.from('ann:pass word').toString('base64')}`);
    for (const secret of [SECRET, OLD])
      assert.deepEqual(new Webhook(secret).verify(got.body, got.headers), { a: 1 });
    assert.throws(() => new Webhook(ENDED).verify(got.body, got.headers));
  });

  it('says how long the receiver wants to be left alone, and follows no redirect', async () => {
    asked.length = 0;
    const later = await posting(target(`http://127.0.0.1:${port}/later`));
    assert.deepEqual([later.status, later.retryAfterMs, later.error], [503, 7_000, 'answered 503']);
    const redirect = await posting(target(`http://127.0.0.1:${port}/redirect`));
    assert.deepEqual([redirect.status, redirect.error], [302, 'answered 302']);
    assert.deepEqual(
      asked.map(({ url }) => url),
      ['/later', '/redirect'],
    );
  });

  it('cuts what hangs, drips or never ends', async () => {
    const hung = await posting(target(`http://127.0.0.1:${port}/hang`), { timeoutMs: LIMIT_MS });
    assert.deepEqual([hung.status, hung.error], [null, `no answer within ${LIMIT_MS} ms`]);
    const dripping = await posting(target(`http://127.0.0.1:${slowPort}/`), { timeoutMs: LIMIT_MS });
    assert.deepEqual([dripping.status, dripping.error], [null, `no answer within ${LIMIT_MS} ms`]);
    const endless = await posting(target(`http://127.0.0.1:${port}/endless`));
    assert.equal(endless.status, 200);
    assert.ok(sent.endless < 16 * 1_048_576, `${sent.endless} bytes were taken`);
    const nobody = await posting(target('http://127.0.0.1:1/'));
    assert.deepEqual([nobody.status, nobody.error, nobody.refused], [null, 'ECONNREFUSED', false]);
  });

  it('goes by the head of the final answer, however its body ends', async () => {
    const answered = await posting(target(`http://127.0.0.1:${earlyPort}/`), { timeoutMs: 5 * LIMIT_MS });
    assert.deepEqual([answered.status, answered.error, answered.retryAfterMs], [503, 'answered 503', 3_000]);
    const never = await posting(target(`http://127.0.0.1:${earlyPort}/never`), { timeoutMs: LIMIT_MS });
    assert.deepEqual([never.status, never.error], [null, `no answer within ${LIMIT_MS} ms`]);
  });

  it('is over in time where a name is never looked up, or when it is broken off', async () => {
    const never = (() => undefined) as unknown as typeof lookup;
    const unresolved = await posting(target('http://nobody.example/'), {
      allowPrivate: false,
      resolve: never,
      timeoutMs: LIMIT_MS,
    });
    assert.deepEqual([unresolved.status, unresolved.error], [null, `no answer within ${LIMIT_MS} ms`]);
    const client = createWebhookClient({ allowPrivate: true, now: () => NOW, timeoutMs: 60_000 });
    const breaking = new AbortController();
    const hanging = client.post(target(`http://127.0.0.1:${port}/hang`), MESSAGE, breaking.signal);
    await waitFor(() => asked.at(-1)?.url === '/hang', { what: 'the request' });
    breaking.abort();
    assert.deepEqual([(await hanging).status, (await hanging).error], [null, 'UND_ERR_ABORTED']);
    const late = await client.post(target(`http://127.0.0.1:${port}/fine`), MESSAGE, breaking.signal);
    assert.deepEqual([late.status, asked.at(-1)?.url], [null, '/hang']);
    await client.close();
  });

  const LITERALS = [
    ...['127.0.0.1', '2130706433', '0177.0.0.1', '0x7f.0.0.1', '127.1', '[::1]', '[::ffff:127.0.0.1]'],
    ...[
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '169.254.169.254',
      '10.0.0.1',
      '[fe80::1]',
    ],
    ...['[fc00::1]', '0.0.0.0', '100.64.0.1'],
  ];
  for (const host of LITERALS)
    it(`sends nothing to ${host}`, async () => {
      asked.length = 0;
      const posted = await posting(target(`http://ann:hunter2@${host}:${port}/?t=s3cret`), {
        allowPrivate: false,
      });
      assert.deepEqual([posted.status, posted.refused, asked.length], [null, true, 0]);
      assert.match(posted.error ?? '', /is a private address/);
      assert.doesNotMatch(JSON.stringify(posted), /hunter2|s3cret/);
    });

  it('sends nothing to names that mean a private address, at the first look or the second', async () => {
    asked.length = 0;
    const url = `http://public.example:${port}/`;
    for (const answers of [
      [['127.0.0.1']],
      [['8.8.8.8', '127.0.0.1']],
      [['::ffff:127.0.0.1']],
      [['64:ff9b::7f00:1']],
    ]) {
      const posted = await posting(target(url), { allowPrivate: false, resolve: resolving(...answers) });
      assert.deepEqual([posted.status, posted.refused], [null, true], String(answers));
    }
    // rebinding: public while it is checked, private when it is connected to; here both are one look-up
    const rebinding = resolving(['127.0.0.1'], ['8.8.8.8']);
    const posted = await posting(target(url), { allowPrivate: false, resolve: rebinding });
    assert.equal(posted.refused, true);
    assert.equal((await posting(target(`http://localhost:${port}/`), { allowPrivate: false })).refused, true);
    assert.equal(asked.length, 0);
  });
});
