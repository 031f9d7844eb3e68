import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, withEdge } from '../../support/edge.ts';
import { connectedShop } from '../../support/http-deps.ts';

const KEY = 'a-very-secret-key';
const NO_HOST = 'Host not allowed: without an API_KEY only localhost, 127.0.0.1 and [::1] are served';

describe('with an API key', () => {
  const keyed = () => ({ ...connectedShop().deps, apiKey: KEY });
  const refused = { ok: false, error: 'API key missing or wrong' };

  const right: readonly Readonly<Record<string, string>>[] = [
    { authorization: `Bearer ${KEY}` },
    { authorization: `bearer  ${KEY}` },
    { 'x-api-key': KEY },
    { authorization: 'Basic eDp5', 'x-api-key': KEY },
    { 'x-api-key': KEY, host: 'wa.example', origin: 'https://app.example' },
  ];
  for (const headers of right)
    it(`serves ${JSON.stringify(headers)}`, () =>
      withEdge(keyed(), async (ask) => {
        assert.equal((await ask(get('/accounts', headers))).status, 200);
      }));

  const wrong: readonly Readonly<Record<string, string>>[] = [
    {},
    { authorization: KEY },
    { authorization: `Basic ${KEY}` },
    { authorization: 'Bearer ' },
    { authorization: `Bearer ${KEY}x` },
    { authorization: `Bearer ${KEY.slice(1)}` },
    { 'x-api-key': '' },
    { 'x-api-key': KEY.toUpperCase() },
  ];
  for (const headers of wrong)
    it(`refuses ${JSON.stringify(headers)}`, () =>
      withEdge(keyed(), async (ask) => {
        for (const asking of [get('/accounts', headers), get('/no-such-path', headers)]) {
          const answer = await ask(asking);
          assert.deepEqual([answer.status, answer.json], [401, refused]);
          assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer /);
          assert.equal(answer.headers['wildcat-position'], undefined);
        }
      }));

  it('leaves /ping and /ready to everyone, and nothing else', () =>
    withEdge(keyed(), async (ask) => {
      const status = async (path: string) => (await ask(get(path))).status;
      for (const path of ['/ping', '/ready']) assert.equal(await status(path), 200);
      for (const path of ['/health', '/metrics', '/messages', '/ping/..', '/PING/x', '//ping'])
        assert.equal(await status(path), 401, path);
    }));
});

describe('without an API key', () => {
  const cases: readonly [Readonly<Record<string, string>>, string | null][] = [
    [{ host: 'localhost' }, null],
    [{ host: 'LOCALHOST:3000' }, null],
    [{ host: '127.0.0.1:3000' }, null],
    [{ host: '[::1]:3000' }, null],
    [{ host: 'localhost:3000', origin: 'http://localhost:3000' }, null],
    [{ host: 'LOCALHOST:3000', origin: 'HTTPS://LocalHost:3000' }, null],
    [{ host: 'localhost:3000', 'sec-fetch-site': 'same-origin' }, null],
    [{ host: 'localhost:3000', 'sec-fetch-site': 'none' }, null],
    [{ host: 'evil.example' }, NO_HOST],
    [{ host: 'localhost.evil.example' }, NO_HOST],
    [{ host: '127.0.0.1.evil.example' }, NO_HOST],
    [{ host: '192.168.1.5:3000' }, NO_HOST],
    [{ host: 'localhost:3000', origin: 'http://localhost:8080' }, 'Origin not allowed'],
    [{ host: 'localhost:3000', origin: 'http://127.0.0.1:3000' }, 'Origin not allowed'],
    [{ host: 'localhost:3000', origin: 'http://localhost:3000.evil.example' }, 'Origin not allowed'],
    [{ host: 'localhost:3000', origin: 'file://localhost:3000' }, 'Origin not allowed'],
    [{ host: 'localhost:3000', origin: 'null' }, 'Origin not allowed'],
    [{ host: 'localhost:3000', 'sec-fetch-site': 'cross-site' }, 'Cross-site request not allowed'],
    [{ host: 'localhost:3000', 'sec-fetch-site': 'same-site' }, 'Cross-site request not allowed'],
  ];
  for (const [headers, error] of cases)
    it(`${error === null ? 'serves' : 'refuses'} ${JSON.stringify(headers)}`, () =>
      withEdge(connectedShop().deps, async (ask) => {
        for (const path of ['/ping', '/accounts']) {
          const { status, json } = await ask(get(path, headers));
          if (error === null) assert.equal(status, 200);
          else assert.deepEqual([status, json], [403, { ok: false, error }]);
        }
      }));
});
