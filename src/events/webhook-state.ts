import type { Recorded } from './event.ts';
import type { WebhookEvent, WebhookSettings } from './webhooks.ts';

export type Replay = Readonly<{
  id: string;
  /** Positions of the log: what comes after `after`, up to and including `to`. */
  after: number;
  to: number;
  accounts: readonly string[];
  events: readonly string[];
}>;

export type Webhook = Readonly<WebhookSettings> &
  Readonly<{
    id: string;
    after: number;
    status: 'active' | 'paused' | 'disabled';
    /** Why it is disabled. */
    reason: 'gone' | 'failing' | null;
    /** When it was made or last resumed. */
    activeSince: string;
    createdAt: string;
    updatedAt: string;
    /** Those that have not ended. */
    replays: readonly Replay[];
  }>;

/** All webhooks by id: one aggregate, since a registration is decided by what the others are. */
export type Webhooks = ReadonlyMap<string, Webhook>;

export const NO_WEBHOOKS: Webhooks = new Map();

const created = ({
  data,
  occurredAt,
}: Recorded<Extract<WebhookEvent, { type: 'webhook.created' }>>): Webhook => {
  const { webhookId: id, ...rest } = data;
  const times = { activeSince: occurredAt, createdAt: occurredAt, updatedAt: occurredAt };
  return { id, ...rest, ...times, status: 'active', reason: null, replays: [] };
};

const changed = (webhook: Webhook, event: Recorded<WebhookEvent>): Webhook => {
  switch (event.type) {
    case 'webhook.updated': {
      const { webhookId: _, ...given } = event.data;
      return { ...webhook, ...given, updatedAt: event.occurredAt };
    }
    case 'webhook.paused':
      return { ...webhook, status: 'paused', reason: null };
    case 'webhook.resumed':
      return { ...webhook, status: 'active', reason: null, activeSince: event.occurredAt };
    case 'webhook.disabled':
      return { ...webhook, status: 'disabled', reason: event.data.reason };
    case 'webhook.replay_requested': {
      const { webhookId: _, replayId: id, ...stretch } = event.data;
      return { ...webhook, replays: [...webhook.replays, { id, ...stretch }] };
    }
    case 'webhook.replay_ended':
      return { ...webhook, replays: webhook.replays.filter(({ id }) => id !== event.data.replayId) };
    default:
      return webhook;
  }
};

/** What happened to one that is not there (any more) changes nothing. */
export const evolveWebhooks = (webhooks: Webhooks, event: Recorded<WebhookEvent>): Webhooks => {
  const { webhookId } = event.data;
  if (event.type === 'webhook.created') return new Map(webhooks).set(webhookId, created(event));
  const known = webhooks.get(webhookId);
  if (known === undefined) return webhooks;
  if (event.type === 'webhook.deleted') return new Map([...webhooks].filter(([id]) => id !== webhookId));
  const after = changed(known, event);
  return after === known ? webhooks : new Map(webhooks).set(webhookId, after);
};
