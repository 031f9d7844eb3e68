import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ReplayRange, stretchOf } from '../../src/commands/webhook-replays.ts';
import { webhooks } from '../../src/commands/webhooks.ts';
import type { Webhook } from '../../src/events/webhook-state.ts';
import { folded } from '../support/spec.ts';

const reach = { accounts: [], events: [], format: 'cloudevents', order: 'chat' } as const;
const aim = { address: 'https://a.example/x', urlKey: 'k', targetRef: 't' };
const data = { webhookId: 'w', ...aim, ...reach, accounts: [], events: [], after: 0 };
const webhook = folded(webhooks, [{ type: 'webhook.created', data }]).get('w');

/** Of a log that ends at 20 and was purged up to 8. */
const asked = (
  of: Webhook | undefined,
  range: Partial<ReplayRange> & Pick<ReplayRange, 'from'>,
  before = 5,
) => {
  const state = { created: '', firstSeq: 1, lastSeq: 20, messages: 20, bytes: 0, maxBytes: 0, purgedUpto: 8 };
  const log = { state: async () => state, before: async () => before };
  assert.ok(of);
  return stretchOf({ log, random: () => 'x' }, of, { events: [], ...range });
};
const stretch = (from: number | Date, events: readonly string[] = [], before?: number) =>
  asked(webhook, { from, events }, before);

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

  it('ends where it is asked to, at the latest where the log does', async () => {
    const ends = async (to: number | Date | undefined) => (await asked(webhook, { from: 9, to })).to;
    assert.deepEqual(await Promise.all([15, 99, undefined].map(ends)), [15, 20, 20]);
    assert.equal((await asked(webhook, { from: 9, to: new Date() }, 12)).to, 12);
    for (const [from, to] of [
      [15, 14],
      [21, 99],
    ] as const)
      await assert.rejects(asked(webhook, { from, to }), { code: 'invalid' });
    assert.equal((await asked(webhook, { from: 15, to: 15 })).after, 14, 'of a single event');
  });

  it("is of one of the webhook's accounts, and of what its format carries", async () => {
    assert.ok(webhook);
    const own = { ...webhook, accounts: ['shop'] };
    const accounts = async (one: Webhook, accountId: string) =>
      (await asked(one, { from: 9, accountId })).accounts;
    assert.deepEqual(await accounts(webhook, 'cafe'), ['cafe']);
    assert.deepEqual(await accounts(own, 'shop'), ['shop']);
    await assert.rejects(accounts(own, 'cafe'), { code: 'invalid' });
    const messages: Webhook = { ...webhook, format: 'wildcat', events: ['message.*'] };
    await assert.rejects(asked(messages, { from: 9, events: ['call.*'] }), { code: 'invalid' });
    assert.equal((await asked(messages, { from: 9, events: ['message.sent'] })).after, 8);
  });
});
