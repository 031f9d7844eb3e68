import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, it } from 'node:test';
import { Agent, fetch, type RequestInit } from 'undici';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, openSandbox, type TestSandbox } from '../support/sandbox.ts';

let test: TestSandbox;
let me: Account;
let host: string;
let auth: string;
before(async () => {
  test = await openSandbox();
  me = await test.pair('4915140000001');
  const connection = await me.client.sock().refreshMediaConn();
  host = connection.hosts[0]?.hostname ?? '';
  ({ auth } = connection);
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const body = Buffer.from('twenty-five bytes, or so.');
const hash = createHash('sha256').update(body).digest('base64url');
const call = (path: string, init: RequestInit = {}) =>
  fetch(`https://${host}${path}`, { ...init, dispatcher: new Agent({ connect: { ca: test.sandbox.ca } }) });
const upload = (path: string, token = auth) =>
  call(`${path}?auth=${encodeURIComponent(token)}`, { method: 'POST', body });
const stored = async () => {
  const answer: unknown = await (await upload(`/mms/image/${hash}`)).json();
  assert.ok(typeof answer === 'object' && answer !== null && 'direct_path' in answer && 'url' in answer);
  return { path: String(answer.direct_path), url: String(answer.url) };
};

it('names itself twice to a companion, with a token', async () => {
  const { hosts, ttl } = await me.client.sock().refreshMediaConn(true);
  assert.deepEqual(
    hosts.map(({ hostname }) => hostname.split(':')[0]),
    ['127.0.0.1', 'localhost'],
  );
  assert.ok(ttl > 0 && auth.length > 20);
});

it('takes what its path names, from who has a token, and gives it back', async () => {
  const { path, url } = await stored();
  assert.ok(url.startsWith(`https://${host}${path}`));
  const answer = await call(path);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), body);
});

it('refuses foreign tokens, other bytes, other paths', async () => {
  assert.equal((await upload(`/mms/image/${hash}`, 'guessed')).status, 401);
  assert.equal((await upload(`/mms/image/${hash.slice(1)}`)).status, 400);
  assert.equal((await upload(`/elsewhere/${hash}`)).status, 404);
  assert.equal((await call('/v/t62.7118-24/1_2_n.enc')).status, 404);
  assert.equal((await call('/', { method: 'DELETE' })).status, 404);
});

it('serves ranges, and heads without bodies', async () => {
  const { path } = await stored();
  const ranged = async (range: string) => {
    const answer = await call(path, { headers: { range } });
    return [answer.status, answer.headers.get('content-range'), await answer.text()];
  };
  assert.deepEqual(await ranged('bytes=0-5'), [206, `bytes 0-5/${body.length}`, 'twenty']);
  assert.deepEqual(await ranged('bytes=22-'), [206, 'bytes 22-24/25', 'so.']);
  assert.deepEqual(await ranged('bytes=20-900'), [206, 'bytes 20-24/25', 'r so.']);
  assert.deepEqual((await ranged('bytes=25-')).slice(0, 2), [416, 'bytes */25']);
  assert.deepEqual((await ranged('bytes=nonsense')).slice(0, 2), [416, 'bytes */25']);
  const head = await call(path, { method: 'HEAD' });
  assert.deepEqual([head.headers.get('content-length'), await head.text()], ['25', '']);
});
