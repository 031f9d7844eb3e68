import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RebuildAnswer } from '../../src/http/schemas/views.ts';
import { get, post, withEdge } from '../support/edge.ts';
import { connectedShop, httpDeps, storedMessage } from '../support/http-deps.ts';

const THROTTLE = 'eventsPerSecond must be a whole number from 1 to 1000000';

describe('views over REST', () => {
  it('a rebuild is accepted with a place to watch it', () =>
    withEdge(httpDeps().deps, async (ask) => {
      const { status, headers, json } = await ask(
        post('/admin/views/messages/rebuild', { eventsPerSecond: 9 }),
      );
      assert.equal(status, 202);
      assert.equal(headers.location, '/admin/views/messages/rebuilds/messages_v1_r2');
      const said = (answer: unknown): unknown[] => {
        const { view, purpose, throttle } = (answer as { rebuild: RebuildAnswer }).rebuild;
        return [view, purpose, throttle];
      };
      assert.deepEqual(said(json), ['messages', 'swap', 9]);
      const verify = await ask(post('/admin/views/messages/verify'));
      assert.deepEqual(said(verify.json), ['messages', 'verify', null]);
    }));

  it('the place is told as others reach it, where PUBLIC_URL says how', () =>
    withEdge({ ...httpDeps().deps, publicUrl: 'https://wa.example/wildcat' }, async (ask) => {
      const { headers } = await ask(post('/admin/views/messages/rebuild'));
      const place = 'https://wa.example/wildcat/admin/views/messages/rebuilds/messages_v1_r2';
      assert.equal(headers.location, place);
    }));

  it('a throttle that is none is refused', () =>
    withEdge(httpDeps().deps, async (ask) => {
      for (const eventsPerSecond of [0, -1, 1.5, '5', null]) {
        const { status, json } = await ask(post('/admin/views/messages/rebuild', { eventsPerSecond }));
        assert.deepEqual([status, json], [400, { ok: false, error: THROTTLE }]);
      }
      const diff = await ask(get('/admin/views/messages/diff?limit=0'));
      assert.deepEqual(diff.json, { ok: false, error: 'limit must be a whole number from 1 to 1000' });
    }));
});

describe('the past over REST', () => {
  const AT = 'at must be a position of the log, unix seconds or an ISO 8601 time';
  it('needs a moment', () => {
    const edge = connectedShop();
    edge.messages.push(storedMessage({}));
    return withEdge(edge.deps, async (ask) => {
      for (const path of ['chats/4915200000002@s.whatsapp.net/messages', 'messages/M1'])
        for (const [at, status] of [
          ['yesterday', 400],
          ['12', 200],
          ['2026-03-01T12:00:00Z', 200],
        ] as const) {
          const answer = await ask(get(`/accounts/shop/${path}?at=${at}`));
          assert.equal(answer.status, status, answer.text);
          if (status === 400) assert.deepEqual(answer.json, { ok: false, error: AT });
        }
      assert.equal((await ask(get('/accounts/shop/messages/M1/history'))).status, 200);
      assert.equal((await ask(get('/accounts/shop/messages/NONE/history'))).status, 404);
      assert.equal((await ask(get('/accounts/nobody/messages/M1/history'))).status, 404);
    });
  });
});
