import { describe, it } from 'node:test';
import { webhooks } from '../../src/commands/webhooks.ts';
import type { WebhookSettings } from '../../src/events/webhooks.ts';
import { specFor } from '../support/spec.ts';

const given = specFor(webhooks);
const settings: WebhookSettings = {
  ...{ address: 'https://a.example/x', urlKey: 'k', targetRef: 't', accounts: [], events: [] },
  ...{ format: 'wildcat', order: 'chat' },
};
const created = { type: 'webhook.created', data: { webhookId: 'w', ...settings, after: 3 } } as const;
const of = { webhookId: 'w' };
const replay = { id: 'r', after: 1, to: 9, accounts: [], events: [] };

describe('webhooks', () => {
  it('are registered once for a URL and its accounts', () => {
    given().when({ type: 'create', id: 'w', settings, after: 3 }).decides(created);
    given(created)
      .when({ type: 'create', id: 'x', settings, after: 3 })
      .refuses('already_exists', 'Webhook already exists');
    given(created, { type: 'webhook.deleted', data: of })
      .when({ type: 'create', id: 'w', settings, after: 3 })
      .decides(created);
  });

  it('are a thousand at most, with ten replays each', () => {
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        ...created,
        data: { ...created.data, webhookId: `w${i}`, urlKey: `k${i}` },
      }));
    given(...many(999))
      .when({ type: 'create', id: 'w', settings, after: 3 })
      .decides(created);
    given(...many(1_000))
      .when({ type: 'create', id: 'w', settings, after: 3 })
      .refuses('invalid');
    const { id: _, ...stretch } = { ...replay, accounts: ['shop'], events: ['call.*'] };
    const asked = (replayId: string) =>
      ({ type: 'webhook.replay_requested', data: { ...of, replayId, ...stretch } }) as const;
    const running = Array.from({ length: 10 }, (_, i) => asked(`r${i}`));
    const wish = { type: 'replay', id: 'w', replay: { id: 'r', ...stretch } } as const;
    given(created, ...running.slice(1))
      .when(wish)
      .decides(asked('r'));
    given(created, ...running)
      .when(wish)
      .refuses('invalid');
  });

  it('change what is given and keep the rest', () => {
    given(created)
      .when({ type: 'update', id: 'w', settings: { events: ['call.*'], format: undefined }, replaces: 't' })
      .decides({ type: 'webhook.updated', data: { ...of, ...settings, events: ['call.*'] } });
    given(created, { ...created, data: { ...created.data, webhookId: 'x', urlKey: 'other' } })
      .when({ type: 'update', id: 'w', settings: { urlKey: 'other' }, replaces: 't' })
      .refuses('already_exists');
  });

  it('refuse a change that was made from a target which another one has replaced', () => {
    const change = { type: 'update', id: 'w', settings: { targetRef: 'u' } } as const;
    given(created)
      .when({ ...change, replaces: 't' })
      .decides({ type: 'webhook.updated', data: { ...of, ...settings, targetRef: 'u' } });
    given(created)
      .when({ ...change, replaces: 's' })
      .refuses('version_conflict');
  });

  it('are paused, disabled and resumed, each once', () => {
    const paused = { type: 'webhook.paused', data: of } as const;
    const disabled = { type: 'webhook.disabled', data: { ...of, reason: 'gone' } } as const;
    given(created).when({ type: 'pause', id: 'w' }).decides(paused);
    given(created, paused).when({ type: 'pause', id: 'w' }).decidesNothing();
    given(created, paused).when({ type: 'resume', id: 'w' }).decides({ type: 'webhook.resumed', data: of });
    given(created).when({ type: 'resume', id: 'w' }).decidesNothing();
    given(created).when({ type: 'disable', id: 'w', reason: 'gone' }).decides(disabled);
    given(created, disabled).when({ type: 'disable', id: 'w', reason: 'failing' }).decidesNothing();
    given(created, disabled).when({ type: 'resume', id: 'w' }).decides({ type: 'webhook.resumed', data: of });
  });

  it('replay a stretch until it has ended', () => {
    const stretch = { replayId: 'r', after: 1, to: 9, accounts: [], events: [] };
    const requested = { type: 'webhook.replay_requested' as const, data: { ...of, ...stretch } };
    const ended = { type: 'webhook.replay_ended', data: { ...of, replayId: 'r' } } as const;
    given(created).when({ type: 'replay', id: 'w', replay }).decides(requested);
    given(created, requested).when({ type: 'end_replay', id: 'w', replayId: 'r' }).decides(ended);
    given(created, requested, ended).when({ type: 'end_replay', id: 'w', replayId: 'r' }).decidesNothing();
    given(created, { type: 'webhook.paused', data: of })
      .when({ type: 'replay', id: 'w', replay })
      .refuses('invalid');
  });

  it('are not found once they are gone', () => {
    given().when({ type: 'pause', id: 'w' }).refuses('not_found', 'Webhook not found');
    given(created, { type: 'webhook.deleted', data: of })
      .when({ type: 'delete', id: 'w' })
      .refuses('not_found');
  });
});
