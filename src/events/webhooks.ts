import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { position } from './fields.ts';

/** The account under which what belongs to none is logged; no account can have this id. */
export const SYSTEM = '_sys';

const of = z.object({ webhookId: z.string() });

/** What a delivery carries: the message payload of the original service, or every event as CloudEvents. */
export const FORMATS = ['wildcat', 'cloudevents'] as const;
/** Whether a chat's events wait for one another. */
export const ORDERS = ['chat', 'none'] as const;

const settings = z.object({
  /** Where it goes, for people: without user, password and query. */
  address: z.string(),
  /** Keyed hash of the whole URL and the accounts: what makes two registrations the same. */
  urlKey: z.string(),
  /** Names the sealed row that holds URL, secrets and headers: none of them is ever logged. */
  targetRef: z.string(),
  /** Empty: all. */
  accounts: z.array(z.string()),
  /** Patterns of event types; empty: all that its format can carry. */
  events: z.array(z.string()),
  format: z.enum(FORMATS),
  order: z.enum(ORDERS),
});

export const webhookEvents = {
  /** It gets what comes after this position. */
  'webhook.created': of.extend(settings.shape).extend({ after: position }),
  /** As it is from now on, whole. */
  'webhook.updated': of.extend(settings.shape),
  'webhook.paused': of,
  /** Also of one that was disabled. Nothing is left out: it goes on where it stood. */
  'webhook.resumed': of,
  /** `gone`: it answered 410; `failing`: nothing but failures for days. */
  'webhook.disabled': of.extend({ reason: z.enum(['gone', 'failing']) }),
  'webhook.deleted': of,
  /** A stretch of the log is to be delivered once more: after `after`, up to and including `to`. */
  'webhook.replay_requested': of.extend({
    replayId: z.string(),
    after: position,
    to: position,
    accounts: z.array(z.string()),
    events: z.array(z.string()),
  }),
  'webhook.replay_ended': of.extend({ replayId: z.string() }),
  /** All attempts have failed: this event will not be tried any more unless somebody asks for it. */
  'webhook.delivery_exhausted': of.extend({
    deliveryId: z.string(),
    position,
    attempts: z.number().int().positive(),
  }),
  /** Its target is none that anything is sent to, e.g. a private address; told once per target. */
  'webhook.refused': of.extend({ targetRef: z.string(), reason: z.string() }),
} as const;

export type WebhookEvent = EventsOf<typeof webhookEvents>;
export type WebhookSettings = z.infer<typeof settings>;
