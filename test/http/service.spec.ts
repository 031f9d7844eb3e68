import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Health } from '../../src/http/schemas/service.ts';
import { get, withEdge } from '../support/edge.ts';
import { httpDeps, NOW } from '../support/http-deps.ts';

const view = {
  view: 'messages',
  build: 'messages_v1',
  state: 'running' as const,
  head: 9,
  position: 4,
  lag: 5,
  lagSeconds: 1.5,
  trouble: null,
  stop: null,
};
const poisoned = { status: 'poisoned', seq: 5, error: 'text of a message', at: NOW.toISOString() };
const well: Health = {
  version: '0.1.0',
  uptime: 60,
  nats: { state: 'up', trouble: null },
  mongo: { state: 'up' },
  views: [view],
  reactors: [{ reactor: 'sender', of: 'shop', open: 0, trouble: null }],
  accounts: { connected: 2 },
};
const edge = (health: Health) => ({ ...httpDeps().deps, health: async () => health });

describe('the service about itself', () => {
  it('answers a ping', () =>
    withEdge(edge(well), async (ask) => {
      const { status, json } = await ask(get('/ping'));
      assert.deepEqual([status, json], [200, { ok: true, pong: true, time: NOW.toISOString() }]);
    }));

  it('is ready and up where every part is', () =>
    withEdge(edge(well), async (ask) => {
      const ready = await ask(get('/ready'));
      assert.deepEqual([ready.status, ready.json], [200, { ok: true, ready: true }]);
      const health = await ask(get('/health'));
      assert.deepEqual([health.status, health.json], [200, { ok: true, status: 'up', reasons: [], ...well }]);
    }));

  it('is ready while a new build is made beside the one that serves', () => {
    const beside = { ...view, build: 'messages_v2', state: 'rebuilding' as const };
    return withEdge(edge({ ...well, views: [view, beside] }), async (ask) => {
      assert.equal((await ask(get('/ready'))).status, 200);
    });
  });

  const ills: readonly [Partial<Health>, string][] = [
    [{ nats: { state: 'down', trouble: null } }, 'NATS does not answer'],
    [{ nats: { state: 'up', trouble: 'write /srv/js: no space left' } }, 'The log takes no events'],
    [{ mongo: { state: 'down' } }, 'MongoDB does not answer'],
    [
      { views: [view, { ...view, state: 'poisoned', stop: poisoned }] },
      'View messages has stopped at event 5',
    ],
    [{ views: [{ ...view, state: 'rebuilding' }] }, 'View messages is being built'],
    [
      { views: [{ ...view, state: 'waiting', trouble: 'host 10.0.0.7 is away' }] },
      'View messages waits for NATS or MongoDB',
    ],
  ];
  for (const [ill, reason] of ills)
    it(`is not ready: ${reason}`, () =>
      withEdge(edge({ ...well, ...ill }), async (ask) => {
        const ready = await ask(get('/ready'));
        assert.deepEqual(
          [ready.status, ready.json],
          [503, { ok: false, error: 'Not ready', reasons: [reason] }],
        );
        const health = await ask(get('/health'));
        assert.deepEqual(
          [health.status, health.json],
          [200, { ok: true, status: 'degraded', reasons: [reason], ...well, ...ill }],
        );
      }));

  const trouble = 'host 10.0.0.7 is away';
  const standstills: readonly [Health['reactors'][number], string][] = [
    [{ reactor: 'sender', of: 'shop', open: 2, trouble }, 'Sends of account shop: at a standstill'],
    [{ reactor: 'media', of: null, open: 2, trouble }, 'Files: at a standstill'],
    [{ reactor: 'webhook', of: 'wh_1', open: 2, trouble }, 'Webhook wh_1: at a standstill'],
  ];
  for (const [reactor, reason] of standstills)
    it(`is ready, but not up: ${reason}`, () =>
      withEdge(edge({ ...well, reactors: [reactor] }), async (ask) => {
        assert.equal((await ask(get('/ready'))).status, 200, 'whoever asks may go on');
        const { json } = await ask(get('/health'));
        assert.deepEqual(json, {
          ok: true,
          status: 'degraded',
          reasons: [reason],
          ...well,
          reactors: [reactor],
        });
      }));

  it('serves metrics as they are', () => {
    const render = async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' });
    const { deps } = httpDeps();
    return withEdge({ ...deps, metrics: { ...deps.metrics, render } }, async (ask) => {
      const { status, text, headers } = await ask(get('/metrics'));
      assert.deepEqual([status, text], [200, 'up 1\n']);
      assert.equal(headers['content-type'], 'text/plain; version=0.0.4');
    });
  });
});
