import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, post, withEdge } from '../../support/edge.ts';
import type { Answered } from '../../support/exchange.ts';
import { connectedShop } from '../../support/http-deps.ts';

const KEY = 'a-very-secret-key';
const APP = 'https://app.example';
const OTHER = 'https://evil.example';

const open = () => ({ ...connectedShop().deps, corsOrigins: new Set([APP]) });
const keyed = () => ({ ...open(), apiKey: KEY });
const allowed = ({ headers }: Answered): unknown => headers['access-control-allow-origin'];
const preflight = (origin: string, path = '/accounts/shop/message/send') => ({
  method: 'OPTIONS',
  path,
  headers: { origin, 'access-control-request-method': 'POST', 'sec-fetch-site': 'cross-site' },
});
const list = (header: unknown): string[] =>
  String(header)
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());

describe('pages of CORS_ORIGINS', () => {
  for (const [how, deps] of [
    ['with an API key', keyed],
    ['without one', open],
  ] as const) {
    it(`are told before they ask what they may send, which needs no key, ${how}`, () =>
      withEdge(deps(), async (ask) => {
        const answer = await ask(preflight(APP));
        assert.deepEqual([answer.status, allowed(answer), answer.text], [204, APP, '']);
        assert.equal(answer.headers['access-control-allow-credentials'], undefined);
        const methods = list(answer.headers['access-control-allow-methods']);
        for (const method of ['get', 'post', 'put', 'patch', 'delete']) assert.ok(methods.includes(method));
        const taken = list(answer.headers['access-control-allow-headers']);
        for (const name of ['authorization', 'content-type', 'idempotency-key', 'wildcat-min-position'])
          assert.ok(taken.includes(name), name);
      }));

    it(`read answers and errors, with their headers, ${how}`, () =>
      withEdge(deps(), async (ask) => {
        const right = { origin: APP, 'sec-fetch-site': 'cross-site', authorization: `Bearer ${KEY}` };
        for (const [asking, status] of [
          [get('/accounts', right), 200],
          [get('/no-such-path', right), 404],
          [post('/accounts/shop/message/send', {}, right), 400],
        ] as const) {
          const answer = await ask(asking);
          assert.deepEqual([answer.status, allowed(answer)], [status, APP]);
          const exposed = list(answer.headers['access-control-expose-headers']);
          for (const name of ['wildcat-position', 'x-request-id', 'idempotent-replay'])
            assert.ok(exposed.includes(name), name);
          assert.ok(list(answer.headers.vary).includes('origin'));
        }
      }));
  }

  it('need the key all the same, and may read that it is missing', () =>
    withEdge(keyed(), async (ask) => {
      const answer = await ask(get('/accounts', { origin: APP }));
      assert.deepEqual([answer.status, allowed(answer)], [401, APP]);
    }));

  it('are the only ones, by their whole name', () =>
    withEdge(open(), async (ask) => {
      for (const origin of [OTHER, 'null', `${APP}.evil.example`, `${APP}:8443`, 'http://app.example', '*'])
        for (const asking of [get('/accounts', { origin }), preflight(origin)]) {
          const answer = await ask(asking);
          assert.deepEqual([answer.status, allowed(answer)], [403, undefined], origin);
          assert.ok(list(answer.headers.vary).includes('origin'));
        }
      // a form or an image of that page names no origin, and asks for nobody's leave
      const answer = await ask(get('/accounts', { 'sec-fetch-site': 'cross-site' }));
      assert.equal(answer.status, 403);
      // nor does it make other names mean this machine
      assert.equal((await ask(get('/accounts', { origin: APP, host: 'evil.example' }))).status, 403);
    }));

  it('are none, unless somebody says so', () =>
    withEdge(connectedShop().deps, async (ask) => {
      for (const asking of [get('/accounts', { origin: APP }), preflight(APP)]) {
        const answer = await ask(asking);
        assert.deepEqual([answer.status, allowed(answer)], [403, undefined]);
      }
    }));
});
