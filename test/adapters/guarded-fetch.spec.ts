import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import { createGuardedFetch } from '../../src/adapters/guarded-fetch.ts';
import { isPrivate } from '../../src/adapters/guarded-lookup.ts';
import { createRemoteFiles } from '../../src/adapters/remote-files.ts';

let server: Server;
let port = 0;
let asked = 0;
before(async () => {
  server = createServer((request, response) => {
    asked += 1;
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
    if (to !== null) return void response.writeHead(302, { location: to }).end();
    response.writeHead(request.url === '/missing' ? 404 : 200, { 'content-type': 'text/plain' }).end('hello');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
after(() => void server.close());

const signal = AbortSignal.timeout(10_000);
/** A resolver that gives these answers, one after the other. */
const resolving = (...answers: string[][]) => {
  let call = 0;
  const resolve = (_name: string, _options: object, done: (error: null, found: object[]) => void): void => {
    const answer = answers[Math.min(call, answers.length - 1)] ?? [];
    call += 1;
    done(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return resolve as unknown as typeof lookup; // the part of it that is used
};

for (const address of [
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...[
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
  ],
  ...[
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'ff02::1',
    'nonsense',
  ],
])
  it(`takes ${address} for private`, () => assert.equal(isPrivate(address), true));
for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])
  it(`takes ${address} for public`, () => assert.equal(isPrivate(address), false));

it('refuses private literals however they are written, and other protocols, before it connects', async () => {
  const fetch = createGuardedFetch({ allowPrivate: false });
  const hosts = ['127.0.0.1', '[::1]', '2130706433', '0x7f.1', '0177.0.0.1', '[::ffff:127.0.0.1]', '127.1'];
  for (const host of hosts)
    await assert.rejects(fetch(new URL(`http://${host}:${port}/`), { signal }), { code: 'forbidden' }, host);
  await assert.rejects(fetch(new URL('file:///etc/passwd'), { signal }), { code: 'forbidden' });
  assert.equal(asked, 0);
});

it('refuses names that mean a private address, among others or at the second look', async () => {
  const url = new URL(`http://public.example:${port}/`);
  for (const answers of [[['127.0.0.1']], [['8.8.8.8', '127.0.0.1']], [['::ffff:127.0.0.1']], [[]]]) {
    const fetch = createGuardedFetch({ allowPrivate: false, resolve: resolving(...answers) });
    await assert.rejects(fetch(url, { signal }), { code: 'forbidden' });
  }
  await assert.rejects(
    createGuardedFetch({ allowPrivate: false })(new URL(`http://localhost:${port}/`), { signal }),
    {
      code: 'forbidden',
    },
  );
  assert.equal(asked, 0);
});

it('fetches files where it may, by way of three redirects at most', async () => {
  const fetch = createRemoteFiles(createGuardedFetch({ allowPrivate: true }));
  const base = `http://127.0.0.1:${port}`;
  const file = await fetch(`${base}/a%20b.txt`);
  assert.deepEqual([file.fileName, file.mimetype], ['a b.txt', 'text/plain']);
  const chain = (times: number): string =>
    times === 0 ? '/end' : `/?to=${encodeURIComponent(chain(times - 1))}`;
  const { bytes } = await fetch(base + chain(3));
  assert.equal(await text(bytes as AsyncIterable<Buffer>), 'hello');
  await assert.rejects(fetch(base + chain(4)), { code: 'unprocessable', message: /too often/ });
  await assert.rejects(fetch(`${base}/missing`), { code: 'unprocessable', message: /404/ });
  await assert.rejects(fetch('http://127.0.0.1:1/'), { code: 'unprocessable' });
});

it('looks at where a redirect leads', async () => {
  const fetch = createGuardedFetch({ allowPrivate: true });
  const guarded = createGuardedFetch({ allowPrivate: false });
  let first = true;
  const remote = createRemoteFiles((url, asking) => {
    const through = first ? fetch : guarded; // only the first host is public
    first = false;
    return through(url, asking);
  });
  const target = encodeURIComponent(`http://169.254.169.254/latest`);
  await assert.rejects(remote(`http://127.0.0.1:${port}/?to=${target}`), { code: 'forbidden' });
});

const HEAD = 'HTTP/1.1 200 OK\r\n';
for (const [what, said] of [
  [
    'goes over to another protocol',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  ],
  ['hangs up', ''],
  ['breaks off', `${HEAD}Content-Length: 100\r\n\r\nabc`],
  ['breaks off in the middle of a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\nabc`],
  ['sends chunks that are none', `${HEAD}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n`],
] as const)
  it(`calls a file unprocessable whose server ${what}`, async () => {
    const odd = createTcpServer((socket) => {
      socket.on('error', () => {}); // whoever has seen enough resets it
      socket.once('data', () => socket.end(said));
    }).listen(0, '127.0.0.1');
    await once(odd, 'listening');
    const fetch = createRemoteFiles(createGuardedFetch({ allowPrivate: true }));
    const read = async () => {
      const { bytes } = await fetch(`http://127.0.0.1:${(odd.address() as AddressInfo).port}/`);
      await text(bytes as AsyncIterable<Buffer>);
    };
    await assert.rejects(read(), { code: 'unprocessable' });
    odd.close();
  });

it('does not take a file for whole that comes for ever', async () => {
  const endless = createTcpServer((socket) => {
    socket.on('error', () => {}); // it is cut
    socket.once('data', () => socket.write(`${HEAD}\r\nabc`)); // without a length: it ends with the connection
  }).listen(0, '127.0.0.1');
  await once(endless, 'listening');
  const fetch = createRemoteFiles(createGuardedFetch({ allowPrivate: true }), 300);
  const { bytes } = await fetch(`http://127.0.0.1:${(endless.address() as AddressInfo).port}/`);
  const message = /it takes too long/;
  await assert.rejects(text(bytes as AsyncIterable<Buffer>), { code: 'unprocessable', message });
  endless.close();
});
