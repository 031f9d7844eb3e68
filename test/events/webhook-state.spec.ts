import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filterOf } from '../../src/events/webhook-filter.ts';
import { evolveWebhooks, NO_WEBHOOKS, type Webhook, type Webhooks } from '../../src/events/webhook-state.ts';
import type { WebhookEvent, WebhookSettings } from '../../src/events/webhooks.ts';
import { type Given, recordedAt } from '../support/spec.ts';

const [FIRST, LATER] = ['2026-01-01T12:00:00.000Z', '2026-01-02T12:00:00.000Z'];
const settings: WebhookSettings = {
  ...{ address: 'https://a.example/x', urlKey: 'k', targetRef: 't', accounts: ['shop'], events: ['call.*'] },
  ...{ format: 'cloudevents', order: 'chat' },
};
const of = { webhookId: 'w' };
const created = { type: 'webhook.created', data: { ...of, ...settings, after: 3 } } as const;
const after = (...events: Given<WebhookEvent>[]): Webhooks =>
  [created, ...events].map(recordedAt).reduce(evolveWebhooks, NO_WEBHOOKS);
const made: Webhook = {
  ...{ id: 'w', ...settings, after: 3, status: 'active', reason: null, replays: [] },
  ...{ activeSince: FIRST, createdAt: FIRST, updatedAt: FIRST },
};
const stretch = { after: 1, to: 9, accounts: ['shop'], events: ['message.*'] };
const replay = (replayId: string) =>
  ({ type: 'webhook.replay_requested', data: { ...of, replayId, ...stretch } }) as const;
const disabled = { type: 'webhook.disabled', data: { ...of, reason: 'gone' } } as const;
const paused = { type: 'webhook.paused', data: of } as const;

describe('a webhook', () => {
  const cases: [what: string, events: Given<WebhookEvent>[], is: Partial<Webhook>][] = [
    ['is active from the beginning', [], {}],
    [
      'is what it was last changed to',
      [{ type: 'webhook.updated', data: { ...of, ...settings, events: [] }, occurredAt: LATER }],
      { events: [], updatedAt: LATER },
    ],
    ['keeps all else while it is disabled', [disabled], { status: 'disabled', reason: 'gone' }],
    ['keeps all else while it is paused, and has no reason then', [disabled, paused], { status: 'paused' }],
    [
      'has been active only since it was resumed',
      [disabled, { type: 'webhook.resumed', data: of, occurredAt: LATER }],
      { activeSince: LATER },
    ],
    [
      'has the replays that have not ended',
      [
        replay('r1'),
        replay('r2'),
        replay('r3'),
        { type: 'webhook.replay_ended', data: { ...of, replayId: 'r2' } },
      ],
      { replays: ['r1', 'r3'].map((id) => ({ id, ...stretch })) },
    ],
    [
      'is not changed by what failed',
      [{ type: 'webhook.refused', data: { ...of, targetRef: 't', reason: '' } }],
      {},
    ],
  ];
  for (const [what, events, is] of cases)
    it(what, () => assert.deepEqual(after(...events).get('w'), { ...made, ...is }));

  it('is gone alone, and what comes late for it changes nothing', () => {
    const second = { ...created, data: { ...created.data, webhookId: 'v' } };
    const left = after(second, { type: 'webhook.deleted', data: of }, paused, disabled);
    assert.deepEqual([...left], [['v', { ...made, id: 'v' }]]);
  });

  it('is told of its own accounts and events, a replay of those that were asked for', () => {
    assert.deepEqual(filterOf(settings), { types: ['call.*'], accounts: ['shop'] });
    const asked = { events: ['message.*'], accounts: ['cafe'] };
    assert.deepEqual(filterOf(settings, asked), { types: ['message.*'], accounts: ['cafe'] });
    assert.deepEqual(filterOf(settings, { events: [], accounts: [] }), filterOf(settings));
    const messages = ['message.received', 'message.sent_elsewhere', 'message.sent'];
    assert.deepEqual(filterOf({ ...settings, format: 'wildcat', events: [] }).types, messages);
  });
});
