import { WildcatError } from '../errors.ts';
import {
  evolveWebhooks,
  NO_WEBHOOKS,
  type Replay,
  type Webhook,
  type Webhooks,
} from '../events/webhook-state.ts';
import type { WebhookEvent, WebhookSettings } from '../events/webhooks.ts';
import type { Decider } from './handle.ts';

/** What is to be different. */
export type Changes = { readonly [Name in keyof WebhookSettings]?: WebhookSettings[Name] | undefined };

type Named = Readonly<{ id: string }>;

export type WebhookCommand =
  | (Named & Readonly<{ type: 'create'; settings: WebhookSettings; after: number }>)
  /** `replaces`: the target that `settings` were made from; refused where it is another one by now. */
  | (Named & Readonly<{ type: 'update'; settings: Changes; replaces: string }>)
  | (Named & Readonly<{ type: 'pause' | 'resume' | 'delete' }>)
  | (Named & Readonly<{ type: 'disable'; reason: 'gone' | 'failing' }>)
  | (Named & Readonly<{ type: 'replay'; replay: Replay }>)
  | (Named & Readonly<{ type: 'end_replay'; replayId: string }>);

const MAX_WEBHOOKS = 1_000;
const MAX_REPLAYS = 10;

/** The registration of the same URL for the same accounts, if there is one. */
export const findSame = (webhooks: Webhooks, urlKey: string): Webhook | undefined =>
  [...webhooks.values()].find((webhook) => webhook.urlKey === urlKey);

const create = (
  { id, settings, after }: Extract<WebhookCommand, { type: 'create' }>,
  webhooks: Webhooks,
): WebhookEvent => {
  if (findSame(webhooks, settings.urlKey) !== undefined)
    throw new WildcatError('already_exists', 'Webhook already exists');
  if (webhooks.size >= MAX_WEBHOOKS)
    throw new WildcatError('invalid', `There are ${MAX_WEBHOOKS} webhooks already: delete some first`);
  return { type: 'webhook.created', data: { webhookId: id, ...settings, after } };
};

const given = (changes: Changes): Partial<WebhookSettings> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));

const update = (
  { id, settings, replaces }: Extract<WebhookCommand, { type: 'update' }>,
  webhook: Webhook,
  webhooks: Webhooks,
): WebhookEvent => {
  if (replaces !== webhook.targetRef)
    throw new WildcatError('version_conflict', 'Another change of this webhook came first');
  const same = settings.urlKey === undefined ? undefined : findSame(webhooks, settings.urlKey);
  if (same !== undefined && same.id !== id)
    throw new WildcatError('already_exists', 'Another webhook has this url for these accounts');
  const { address, urlKey, targetRef, accounts, events, format, order } = { ...webhook, ...given(settings) };
  return {
    type: 'webhook.updated',
    data: { webhookId: id, address, urlKey, targetRef, accounts, events, format, order },
  };
};

const replay = (
  { id, replay }: Extract<WebhookCommand, { type: 'replay' }>,
  webhook: Webhook,
): WebhookEvent => {
  if (webhook.status !== 'active')
    throw new WildcatError('invalid', `The webhook is ${webhook.status}: resume it first`);
  if (webhook.replays.length >= MAX_REPLAYS)
    throw new WildcatError('invalid', `${MAX_REPLAYS} replays are under way already`);
  const { id: replayId, after, to, accounts, events } = replay;
  const stretch = { after, to, accounts: [...accounts], events: [...events] };
  return { type: 'webhook.replay_requested', data: { webhookId: id, replayId, ...stretch } };
};

const decide = (command: WebhookCommand, webhooks: Webhooks): WebhookEvent | null => {
  if (command.type === 'create') return create(command, webhooks);
  const { id: webhookId } = command;
  const webhook = webhooks.get(webhookId);
  if (webhook === undefined) throw new WildcatError('not_found', 'Webhook not found');
  switch (command.type) {
    case 'update':
      return update(command, webhook, webhooks);
    case 'pause':
      return webhook.status === 'paused' ? null : { type: 'webhook.paused', data: { webhookId } };
    case 'resume':
      return webhook.status === 'active' ? null : { type: 'webhook.resumed', data: { webhookId } };
    case 'disable':
      return webhook.status === 'disabled'
        ? null
        : { type: 'webhook.disabled', data: { webhookId, reason: command.reason } };
    case 'delete':
      return { type: 'webhook.deleted', data: { webhookId } };
    case 'replay':
      return replay(command, webhook);
    case 'end_replay':
      return webhook.replays.some(({ id }) => id === command.replayId)
        ? { type: 'webhook.replay_ended', data: { webhookId, replayId: command.replayId } }
        : null;
  }
};

/** All webhooks of the service: which there are, what each gets, and whether it is delivered to. */
export const webhooks: Decider<WebhookCommand, Webhooks, WebhookEvent> = {
  aggregate: 'webhook',
  initialState: NO_WEBHOOKS,
  evolve: evolveWebhooks,
  decide,
  generation: () => 0,
};
