import { z } from 'zod';
import { catalogue, type EventType, type WildcatEvent } from './codec.ts';
import type { Recorded } from './event.ts';
import { position } from './fields.ts';
import { messageEvents } from './messages.ts';

/**
 * What of an event's data leaves the service, per type. What is not shown: the protos of quoted messages (`raw` is
 * content of the log only), what decrypts a poll's votes, and fingerprints of requests.
 */
export const publicCatalogue: Readonly<Record<EventType, z.ZodType>> = {
  ...catalogue,
  'message.send_requested': messageEvents['message.send_requested'].omit({
    quotedKey: true,
    pollSecret: true,
    bodyHash: true,
  }),
};

/**
 * An event as it leaves the service by whatever door: CloudEvents 1.0 in JSON. Its own attributes come first, those of
 * the specification's extensions after them.
 */
export const publicEvent = z.object({
  specversion: z.literal('1.0'),
  /** The same for ever and at every door, even where an event was logged twice: deduplicate by it. */
  id: z.string(),
  /** `/accounts/{account}`. */
  source: z.string(),
  type: z.string(),
  /** JID of the chat that it is about, where it is about one. */
  subject: z.string().optional(),
  /** When it happened, by WhatsApp's clock where it comes from there. */
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  account: z.string(),
  /** Its place in the log, the same number at every door. */
  position,
  /** Position of the event before it under the same filter, 0 for the first: who has another one missed something. */
  previous: position,
  /** Version of the type's schema. */
  dataversion: z.number().int().positive(),
  /** When it was appended to the log. */
  recordedat: z.iso.datetime(),
  /** Id of the event that led to it. */
  causeid: z.string().optional(),
  /** x-request-id of the HTTP call that led to it. */
  requestid: z.string().optional(),
  data: z.unknown(),
});
export type PublicEvent = z.infer<typeof publicEvent>;

const subjectOf = ({ data }: WildcatEvent): string | undefined =>
  'chat' in data ? data.chat.jid : undefined;

/** The published form of an event; `previous` is what the door that it leaves by knows. Never holds `raw`. */
export const toPublicEvent = (event: Recorded<WildcatEvent>, previous: number): PublicEvent => {
  const { id, type, account, seq, v, at, occurredAt, cause, corr } = event;
  const subject = subjectOf(event);
  const schema = publicCatalogue[type];
  return {
    specversion: '1.0',
    id,
    source: `/accounts/${account}`,
    type,
    ...(subject === undefined ? {} : { subject }),
    time: occurredAt,
    datacontenttype: 'application/json',
    account,
    position: seq,
    previous,
    dataversion: v,
    recordedat: at,
    ...(cause === undefined ? {} : { causeid: cause }),
    ...(corr === undefined ? {} : { requestid: corr }),
    // the log was checked when it was read: only what hides something has to be parsed again
    data: schema === catalogue[type] ? event.data : schema.parse(event.data),
  };
};
