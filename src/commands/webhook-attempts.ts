import { unreadable, WildcatError } from '../errors.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { subjectsOf } from '../events/filter.ts';
import { filterOf, isDue } from '../events/webhook-filter.ts';
import type { Webhook } from '../events/webhook-state.ts';
import type { EventLog } from '../ports/event-log.ts';
import {
  type Attempt,
  type Deliveries,
  type Delivery,
  isDelivered,
  type Posted,
  type Target,
  type Tell,
} from '../ports/webhooks.ts';

type AttemptDeps = Readonly<{
  log: Pick<EventLog, 'at' | 'lastBefore'>;
  deliveries: Pick<Deliveries, 'find' | 'record'>;
  tell: Tell;
  deliveryIdOf: (webhookId: string, eventId: string) => string;
  random: (bytes: number) => string;
  now: () => Date;
}>;

/** What came of an attempt that somebody asked for. */
export type Attempted = Readonly<{ deliveryId: string; posted: Posted }>;

export type Attempts = Readonly<{
  /** Sends a made-up message, marked as a test, whatever the webhook's state. */
  test: (webhook: Webhook, target: Target) => Promise<Attempted>;
  /** Sends what a delivery is about once more, under its id. Throws `not_found`, `gone`. */
  redeliver: (webhook: Webhook, target: Target, deliveryId: string) => Promise<Attempted>;
}>;

const PERSON = { jid: '10000000000@s.whatsapp.net' };

/** Attempts that people ask for: made at once, by the process that is asked, and written down like any other. */
export const createAttempts = (deps: AttemptDeps): Attempts => {
  const { log, deliveries } = deps;

  const sample = (webhook: Webhook): Recorded<WildcatEvent> => {
    const id = deps.random(16);
    const at = deps.now().toISOString();
    return {
      ...{ id, v: 1, account: webhook.accounts[0] ?? 'test', gen: 1, at, occurredAt: at, seq: 0 },
      type: 'message.received',
      data: {
        waId: `TEST${id}`,
        chat: PERSON,
        from: PERSON,
        timestamp: Math.floor(deps.now().getTime() / 1_000),
        content: { type: 'text', text: 'This is a test of your webhook' },
      },
    };
  };
  const record = (
    event: Recorded<WildcatEvent>,
    attempt: Omit<Attempt, 'account' | 'seq' | 'event' | 'type'>,
  ) =>
    deliveries.record([
      { ...attempt, account: event.account, seq: event.seq, event: event.id, type: event.type },
    ]);

  const eventOf = async ({ position }: Delivery): Promise<Recorded<WildcatEvent>> => {
    const entry = position === 0 ? null : await log.at(position);
    if (entry?.kind === 'undecodable') throw unreadable(entry.seq, entry.error);
    if (entry?.kind !== 'event')
      throw new WildcatError('gone', 'The event of this delivery is no longer in the log');
    return entry.event;
  };

  return {
    test: async (webhook, target) => {
      const event = sample(webhook);
      const deliveryId = deps.deliveryIdOf(webhook.id, event.id);
      const first = { previous: 0, attempt: 1, replay: 'test' };
      const posted = await deps.tell({ webhook, target, deliveryId, event, ...first });
      if (posted === null) throw new WildcatError('gone', 'There is nothing to send');
      const status = isDelivered(posted) ? 'delivered' : 'failed';
      await record(event, {
        deliveryId,
        webhook: webhook.id,
        posted,
        status,
        nextAttemptAt: null,
        isFirst: true,
      });
      return { deliveryId, posted };
    },
    redeliver: async (webhook, target, deliveryId) => {
      const delivery = await deliveries.find(webhook.id, deliveryId);
      if (delivery === null) throw new WildcatError('not_found', 'Delivery not found');
      const event = await eventOf(delivery);
      const filter = filterOf(webhook);
      const previous = await log.lastBefore(
        { subjects: subjectsOf(filter), before: event.seq },
        (entry) => entry.kind === 'event' && isDue(filter, entry.event),
      );
      const next = { previous, attempt: delivery.attempts.length + 1, replay: 'redelivery' };
      const posted = await deps.tell({ webhook, target, deliveryId, event, ...next });
      if (posted === null) throw new WildcatError('gone', 'The message of this delivery is no longer there');
      const status = isDelivered(posted) ? 'delivered' : delivery.status;
      const nextAttemptAt = isDelivered(posted) ? null : delivery.nextAttemptAt;
      await record(event, { deliveryId, webhook: webhook.id, posted, status, nextAttemptAt, isFirst: false });
      return { deliveryId, posted };
    },
  };
};
