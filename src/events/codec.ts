import type { z } from 'zod';
import { type AccountEvent, accountEvents } from './accounts.ts';
import { type CallEvent, callEvents } from './calls.ts';
import { type ChatEvent, chatEvents } from './chats.ts';
import { type ContactEvent, contactEvents } from './contacts.ts';
import { envelope, eventId, type NewEvent, type Recorded } from './event.ts';
import { type GroupEvent, groupEvents } from './groups.ts';
import { type IdentityEvent, identityEvents } from './identities.ts';
import { keyOf } from './ids.ts';
import { type ImportEvent, importEvents } from './imports.ts';
import { type LabelEvent, labelEvents } from './labels.ts';
import { type MediaEvent, mediaEvents } from './media.ts';
import { type MessageEvent, messageEvents } from './messages.ts';
import { type RemarkEvent, remarkEvents } from './remarks.ts';
import { upcast, versionOf } from './upcast.ts';
import { type WebhookEvent, webhookEvents } from './webhooks.ts';

export type WildcatEvent =
  | AccountEvent
  | MessageEvent
  | RemarkEvent
  | MediaEvent
  | ImportEvent
  | LabelEvent
  | IdentityEvent
  | GroupEvent
  | CallEvent
  | ChatEvent
  | ContactEvent
  | WebhookEvent;
export type EventType = WildcatEvent['type'];

/** The catalogue: every event type with the schema of its data. Forgetting one does not compile. */
export const catalogue: { [E in WildcatEvent as E['type']]: z.ZodType<E['data']> } = {
  ...accountEvents,
  ...messageEvents,
  ...remarkEvents,
  ...mediaEvents,
  ...importEvents,
  ...labelEvents,
  ...identityEvents,
  ...groupEvents,
  ...callEvents,
  ...chatEvents,
  ...contactEvents,
  ...webhookEvents,
};

/** The first token of an event's type. */
export const aggregateOf = (type: string): string => type.split('.')[0] ?? type;

export const EVENT_TYPES: readonly string[] = Object.keys(catalogue);
export const AGGREGATES: readonly string[] = [...new Set(EVENT_TYPES.map(aggregateOf))];

/** A stored event that this build can't read: a newer version, an unknown type, a broken payload. Stops its reader. */
export class UndecodableEvent extends Error {
  override readonly name = 'UndecodableEvent';
  readonly seq: number;

  constructor(seq: number, subject: string, cause: unknown) {
    super(
      `event ${seq} on ${subject} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
    this.seq = seq;
  }
}

const isKnown = (type: string): type is EventType => Object.hasOwn(catalogue, type);

const entityOf = (event: WildcatEvent): string => {
  if (event.type.startsWith('account.')) return '_';
  if (event.type === 'identity.linked') return keyOf(event.data.lid);
  if ('webhookId' in event.data) return event.data.webhookId;
  return 'chat' in event.data ? keyOf(event.data.chat.jid) : '_';
};

/** `wildcat.{account}.{aggregate}.{event}.{entity}`: what it is before who it is about. */
export const subjectOf = (event: WildcatEvent & { account: string }): string =>
  `wildcat.${event.account}.${event.type}.${entityOf(event)}`;

/** The literal subject that fences an aggregate's decisions: its last sequence is the aggregate's version. */
export const versionSubject = (account: string, aggregate: string): string =>
  `wildcat.${account}.${aggregate}.version._`;

/** The JSON that is stored. `at` is the time of the append (ISO 8601), `msgId` its `Nats-Msg-Id`. */
export const encodeEvent = (event: NewEvent<WildcatEvent>, msgId: string, at: string): string => {
  const { type, data, raw, ...meta } = event;
  return JSON.stringify({ id: eventId(msgId), type, v: versionOf(type), at, ...meta, data, raw });
};

/**
 * A stored event, upcast to its newest version and checked. Fields that this build does not know are left out here
 * and stay in the log. Throws `UndecodableEvent`.
 */
export const decodeEvent = (subject: string, seq: number, json: string): Recorded<WildcatEvent> => {
  try {
    const { data: stored, type, v, ...meta } = envelope.parse(JSON.parse(json));
    if (!isKnown(type)) throw new Error(`unknown event type ${type}`);
    const data = catalogue[type].parse(upcast(type, v, stored));
    // `type` and `data` were checked together; TypeScript can't follow a union through an index.
    return { v: versionOf(type), type, data, seq, ...meta } as Recorded<WildcatEvent>;
  } catch (error) {
    throw new UndecodableEvent(seq, subject, error);
  }
};
