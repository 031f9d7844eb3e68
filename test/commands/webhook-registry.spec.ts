import assert from 'node:assert/strict';
import { it } from 'node:test';
import { webhookEdge } from '../support/webhook-edge.ts';

const ASKED = { actor: { kind: 'system' } } as const;
const WISH = { url: 'https://example.com/a', accounts: ['shop'] };

it('of two changes at once neither undoes the other', async () => {
  const { http, targets } = webhookEdge(() => new Date());
  const { registry } = http;
  const { webhook } = await registry.register(WISH, ASKED);
  const [rotation] = await Promise.all([
    registry.change(webhook.id, { secret: null }, ASKED),
    registry.change(webhook.id, { headers: { 'x-own': 'yes' } }, ASKED),
  ]);
  const { secrets, headers } = await registry.target(await registry.find(webhook.id));
  assert.equal(secrets[0]?.secret, rotation.secret, 'the secret that was answered');
  assert.deepEqual(headers, { 'x-own': 'yes' });
  assert.equal(targets.size, 1, 'no sealed row is left behind');
});

it('finds the target of a webhook that was changed since it was looked up', async () => {
  const { registry } = webhookEdge(() => new Date()).http;
  const { webhook } = await registry.register(WISH, ASKED);
  const changed = await registry.change(webhook.id, { headers: { 'x-own': 'yes' } }, ASKED);
  assert.deepEqual(await registry.target(webhook), changed.target);
});
