import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, WildcatError } from '../../../src/errors.ts';
import { failureOf } from '../../../src/http/transport/errors.ts';
import { get, type post, withEdge } from '../../support/edge.ts';
import { connectedShop, httpDeps } from '../../support/http-deps.ts';
import { silentLog } from '../../support/silent-log.ts';

const SECRET = 'mongodb://user:password@db/';

describe('an error', () => {
  const statuses: readonly [ErrorCode, number][] = [
    ['invalid', 400],
    ['already_exists', 400],
    ['not_connected', 400],
    ['not_found', 404],
    ['forbidden', 403],
    ['version_conflict', 409],
    ['idempotency_conflict', 422],
    ['refused', 422],
    ['throttled', 429],
    ['unavailable', 503],
    ['log_full', 507],
  ];
  for (const [code, status] of statuses)
    it(`${code} is a ${status} with its text`, () => {
      const failure = failureOf(new WildcatError(code, 'why', { details: { status: 'x', ok: true } }));
      assert.equal(failure.status, status);
      assert.deepEqual(failure.body, { status: 'x', ok: false, error: 'why' });
    });

  const unexpected: readonly [string, unknown][] = [
    ['an exception', new TypeError(SECRET)],
    ['what an operator has to mend', new WildcatError('misconfigured', SECRET)],
    ['an error of the framework', Object.assign(new Error(SECRET), { status: 500, expose: true })],
    ['a strange status', Object.assign(new Error(SECRET), { status: 302 })],
    ['no error at all', SECRET],
    ['nothing', undefined],
  ];
  for (const [what, error] of unexpected)
    it(`is a 500 without any text for ${what}`, () => {
      assert.deepEqual(failureOf(error), {
        status: 500,
        body: { ok: false, error: 'Internal error' },
        headers: {},
      });
    });

  it('is logged where it is our fault, with the id that the client was given', async () => {
    const logged: object[] = [];
    const error = new Error(SECRET);
    const { deps } = httpDeps();
    const broken = {
      ...deps,
      logger: { ...silentLog, error: (fields: object) => void logged.push(fields) },
      queries: { ...deps.queries, messages: async () => Promise.reject(error) },
    };
    await withEdge(broken, async (ask) => {
      const { status, text, headers } = await ask(get('/messages', { 'x-request-id': 'mine-1' }));
      assert.equal(headers['x-request-id'], 'mine-1');
      assert.deepEqual([status, text], [500, '{"ok":false,"error":"Internal error"}']);
      assert.deepEqual(logged, [{ err: error, requestId: 'mine-1' }]);
    });
  });
});

describe('what HTTP itself refuses', () => {
  const big = JSON.stringify({ to: 'x', message: 'x'.repeat(1_048_576) });
  const jsonType = { 'content-type': 'application/json' };
  const path = '/accounts/shop/message/send';
  const cases: readonly [string, Parameters<typeof post>[0], object, number, string][] = [
    ['an unknown path', '/nothing', {}, 404, 'Not found'],
    ['cut JSON', path, { headers: jsonType, body: '{' }, 400, 'Malformed request body'],
    ['too much', path, { headers: jsonType, body: big }, 413, 'Request body too large'],
    [
      'another type',
      path,
      { headers: { 'content-type': 'text/plain' }, body: 'x' },
      415,
      'Unsupported media type: send application/json, not compressed',
    ],
    ['broken encoding', '/%E0%A4%A', {}, 400, 'Malformed path or percent-encoding in it'],
  ];
  for (const [what, url, rest, status, error] of cases)
    it(`${what} is a ${status} in JSON`, () =>
      withEdge(connectedShop().deps, async (ask) => {
        const answer = await ask({ method: 'POST', path: url, ...rest });
        assert.deepEqual([answer.status, answer.json], [status, { ok: false, error }]);
        assert.ok(answer.headers['x-request-id']);
      }));

  it('a wrong method is a 405 that names the right ones', () =>
    withEdge(connectedShop().deps, async (ask) => {
      for (const [url, allow] of [
        ['/ping', 'GET, HEAD'],
        ['/accounts', 'GET, HEAD, POST'],
        ['/accounts/shop', 'DELETE, GET, HEAD'],
      ] as const) {
        const { status, json, headers } = await ask({ method: 'PUT', path: url });
        assert.deepEqual([status, json], [405, { ok: false, error: `Method not allowed: ${allow}` }]);
        assert.equal(headers.allow, allow);
      }
    }));

  it('replaces a request id that could harm a log', () =>
    withEdge(connectedShop().deps, async (ask) => {
      for (const id of ['a b', '', 'x'.repeat(129), '{"a":1}']) {
        const { headers } = await ask(get('/ping', { 'x-request-id': id }));
        assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/);
      }
    }));

  it('sets the usual headers', () =>
    withEdge(connectedShop().deps, async (ask) => {
      const { headers } = await ask(get('/nothing'));
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cache-control'], 'no-store');
      assert.match(String(headers['content-security-policy']), /default-src 'self'/);
    }));
});

it('logs each request without its URL or body', async () => {
  const lines: Record<string, unknown>[] = [];
  const observed: unknown[] = [];
  const { deps } = connectedShop();
  const watched = {
    ...deps,
    logger: { ...silentLog, info: (fields: object) => void lines.push({ ...fields }) },
    metrics: {
      ...deps.metrics,
      observeRequest: (labels: object, seconds: number) => observed.push([labels, seconds > 0]),
    },
  };
  await withEdge(watched, async (ask) => {
    await ask(get('/accounts/shop/messages/M1?chatId=4915200000002@s.whatsapp.net', { 'x-request-id': 'r' }));
    await ask(get('/nothing/4915200000002'));
    const route = '/accounts/:accountId/messages/:messageId';
    const labels = { method: 'GET', route, status: 404 };
    assert.equal(typeof lines[0]?.ms, 'number');
    assert.deepEqual(lines[0], { ...labels, ms: lines[0]?.ms, requestId: 'r' });
    assert.deepEqual(observed, [
      [labels, true],
      [{ method: 'GET', route: 'none', status: 404 }, true],
    ]);
    assert.doesNotMatch(JSON.stringify(lines), /49152/);
  });
});
