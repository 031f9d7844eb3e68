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

it('begins at a position that a purge has taken events behind of for nobody who would miss some', async () => {
  // a time lies at position 50 here
  const { registry } = webhookEdge(() => new Date(), 60).http;
  const after = async (startAt: number | Date | 'now', events: string[] = []): Promise<number> => {
    const wish = {
      url: `https://example.com/${events}${startAt}`,
      startAt,
      events,
      format: 'cloudevents',
    } as const;
    return (await registry.register(wish, ASKED)).webhook.after;
  };
  const gone = { code: 'gone', message: 'The log was purged up to 60: startAt can be 0, or from 60 on' };
  for (const startAt of [1, 59, new Date()]) await assert.rejects(after(startAt), gone);
  assert.deepEqual([await after(0), await after(60), await after('now')], [0, 60, 100]);
  assert.equal(await after(1, ['account.*']), 1, 'nothing of which a purge takes');
});
