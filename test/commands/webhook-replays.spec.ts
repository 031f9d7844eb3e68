import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stretchOf } from '../../src/commands/webhook-replays.ts';
import { webhooks } from '../../src/commands/webhooks.ts';
import { folded } from '../support/spec.ts';

const reach = { accounts: [], events: [], format: 'cloudevents', order: 'chat' } as const;
const aim = { address: 'https://a.example/x', urlKey: 'k', targetRef: 't' };
const data = { webhookId: 'w', ...aim, ...reach, accounts: [], events: [], after: 0 };
const webhook = folded(webhooks, [{ type: 'webhook.created', data }]).get('w');

/** Of a log that ends at 20 and was purged up to 8. */
const stretch = (from: number | Date, events: readonly string[] = [], before = 5) => {
  const state = { created: '', firstSeq: 1, lastSeq: 20, messages: 20, bytes: 0, maxBytes: 0, purgedUpto: 8 };
  const log = { state: async () => state, before: async () => before };
  assert.ok(webhook);
  return stretchOf({ log, random: () => 'x' }, webhook, { from, events });
};

describe('a replay', () => {
  it('of what a purge took some of is refused, and told from where on there is all', async () => {
    const gone = { code: 'gone', message: 'The log was purged up to 8: it can be replayed from 9 on' };
    for (const from of [1, 8, new Date()]) await assert.rejects(stretch(from), gone);
    await assert.rejects(stretch(1, ['account.*', 'message.received']), gone);
  });

  it('from a time on is refused, too, where nothing tells whether what was purged came after it', async () => {
    await assert.rejects(stretch(new Date(), [], 8), { code: 'gone' });
    assert.equal((await stretch(new Date(), [], 9)).after, 9);
    assert.equal((await stretch(new Date(), ['account.*'], 8)).after, 8);
  });

  it('of the rest, or of what no purge takes, is made', async () => {
    assert.deepEqual(await stretch(9), { id: 'rp_x', after: 8, to: 20, accounts: [], events: [] });
    assert.equal((await stretch(1, ['account.*'])).after, 0);
  });
});
