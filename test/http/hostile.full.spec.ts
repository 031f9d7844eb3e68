import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createApp, routesOf } from '../../src/http/app.ts';
import { contracts } from '../../src/http/schemas/contracts.ts';
import { failure } from '../../src/http/schemas/fields.ts';
import { type Listening, listen } from '../../src/http/transport/server.ts';
import { exchange } from '../support/exchange.ts';
import {
  type HostileRequest,
  hostileRequests,
  plainRequest,
  worstRequests,
} from '../support/hostile-requests.ts';
import { connectedShop, NOW, storedMessage } from '../support/http-deps.ts';

/** `wh_` and the first number that the edge takes for random. */
const WEBHOOK = `wh_${'1'.padStart(24, '0')}`;
const TARGET = { account: 'shop', messageId: 'M1', webhookId: WEBHOOK, deliveryId: 'msg_1' };
const LOCAL = { host: '127.0.0.1', port: 0 };

/** A connected account with a message and a QR code on show, and a webhook: every plain request is served. */
const shop = async () => {
  const edge = connectedShop();
  edge.messages.push(storedMessage({ hasMedia: true }));
  const file = {
    id: '507f1f77bcf86cd799439011',
    sha256: 'ab',
    length: 2,
    mimetype: 'image/png',
    fileName: null,
  };
  edge.media.set('M1', { state: 'stored', file });
  const kept = { ...file, account: 'shop', storedAt: NOW.toISOString() };
  edge.kept.set(file.id, { file: kept, bytes: Buffer.from('hi') });
  edge.messages.push(storedMessage({ messageId: 'S1', fromMe: true, timestamp: NOW.getTime() / 1_000 }));
  edge.record('fresh', {
    type: 'account.created',
    data: { name: 'Fresh', collectionName: 'auth_fresh' },
  });
  edge.shown.set('fresh', 'code');
  edge.shown.set('shop', 'code');
  edge.outcomes.set('*', { kind: 'sent', seq: 1, timestamp: 1_772_000_000 });
  const { webhook } = await edge.deps.webhooks.registry.register(
    { url: 'https://example.org/hook' },
    { actor: { kind: 'system' } },
  );
  assert.equal(webhook.id, WEBHOOK);
  edge.hooks.events.length = 0;
  edge.hooks.listed.push({
    ...{ id: 'msg_1', webhookId: WEBHOOK, accountId: 'shop', position: 7, event: 'e7' },
    ...{ type: 'message.received', status: 'failed', attempts: [], nextAttemptAt: null },
  });
  return edge;
};

describe('the REST edge under attack', () => {
  let edge: Awaited<ReturnType<typeof shop>>;
  let server: Listening;
  before(async () => {
    edge = await shop();
    server = await listen(createApp(edge.deps).callback(), LOCAL);
  });
  after(() => server.close());

  const refuses = async (request: HostileRequest): Promise<void> => {
    const said = `${request.why}: ${request.method} ${request.path.slice(0, 80)}`;
    const answer = await exchange(server.port, request);
    assert.ok(answer.status >= 400 && answer.status < 500, `${said} was answered ${answer.status}`);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/, said);
    assert.ok(failure.safeParse(answer.json).success, `${said} was answered ${answer.text}`);
    assert.ok(answer.headers['x-request-id'], said);
    assert.deepEqual([edge.appended, edge.hooks.events, edge.hooks.posted], [[], [], []], said);
  };

  it('is probed at every endpoint that it has', () => {
    assert.deepEqual(new Set(routesOf(edge.deps).map(({ contract }) => contract)), new Set(contracts));
  });

  it('serves the plain requests that the hostile ones are made from, as their contracts say', async () => {
    const plainly = contracts.filter(({ responses }) => !(101 in responses));
    for (const contract of plainly) {
      const plain = await listen(createApp((await shop()).deps).callback(), LOCAL);
      // only an account that is not paired can be
      const target = contract.path.endsWith('/pairing-code') ? { ...TARGET, account: 'fresh' } : TARGET;
      const { status, text, json } = await exchange(plain.port, plainRequest(contract, target));
      assert.ok(status < 300, `${contract.method} ${contract.path} was answered ${status} ${text}`);
      const promised = contract.responses[status]?.safeParse(json ?? text);
      assert.ok(promised?.success, `${contract.method} ${contract.path}: ${promised?.error?.message}`);
      await plain.close();
    }
  });

  for (const contract of contracts) {
    const worst = worstRequests(contract, TARGET);
    it(`${contract.method.toUpperCase()} ${contract.path} refuses its ${worst.length} worst requests`, async () => {
      assert.ok(worst.length >= 10);
      for (const request of worst) await refuses(request);
    });
  }

  it('refuses random garbage everywhere', async () => {
    await fc.assert(fc.asyncProperty(hostileRequests(TARGET), refuses), {
      numRuns: 1_000,
      endOnFailure: true,
    });
  });
});
