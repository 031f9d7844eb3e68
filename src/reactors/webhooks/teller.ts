import { hash } from 'node:crypto';
import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import { toPublicEvent } from '../../events/public.ts';
import { type Told, wildcatPayload } from '../../events/webhook-payload.ts';
import type { Post, Tell } from '../../ports/webhooks.ts';

export type TellerDeps = Readonly<{
  post: Post;
  /** The message that an event is about, whole; null where there is none (any more). Throws where it is not known yet. */
  messageOf: (event: Recorded<WildcatEvent>) => Promise<Told | null>;
  /** Where the service is reached from outside, '' if nobody said. */
  publicUrl: string;
}>;

/** The `webhook-id`: follows from webhook and event, so even an event that was logged twice has one. */
export const deliveryIdOf = (webhookId: string, eventId: string): string =>
  `msg_${hash('sha256', `${webhookId}/${eventId}`).slice(0, 32)}`;

/** Tells webhooks of events. What is made throws as `messageOf`. */
export const createTeller = ({ post, messageOf, publicUrl }: TellerDeps): Tell => {
  const payloadOf = async (event: Recorded<WildcatEvent>): Promise<object | null> => {
    const told = await messageOf(event);
    return told === null ? null : wildcatPayload(told, publicUrl);
  };
  return async (telling, signal) => {
    const { webhook, target, deliveryId, event, previous, attempt, replay } = telling;
    const isCloudEvent = webhook.format === 'cloudevents';
    const body = isCloudEvent ? toPublicEvent(event, previous) : await payloadOf(event);
    if (body === null) return null;
    const headers = ['wildcat-event', event.type, 'wildcat-position', String(event.seq)];
    headers.push('wildcat-previous', String(previous), 'wildcat-attempt', String(attempt));
    if (replay !== null) headers.push('wildcat-replay', replay);
    const contentType = isCloudEvent ? 'application/cloudevents+json' : 'application/json';
    return post(target, { id: deliveryId, body: JSON.stringify(body), contentType, headers }, signal);
  };
};
