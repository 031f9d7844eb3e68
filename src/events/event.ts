import { hash } from 'node:crypto';
import { z } from 'zod';

/** A fact or an intent. `type` is `aggregate.past_tense`: the discriminant and, dotted, two subject tokens. */
export type Event<Type extends string = string, Data = unknown> = Readonly<{
  type: Type;
  data: Readonly<Data>;
}>;

/** The union of events that a table `type -> schema of data` describes. */
export type EventsOf<Table extends Readonly<Record<string, z.ZodType>>> = {
  [Type in keyof Table & string]: Event<Type, z.infer<Table[Type]>>;
}[keyof Table & string];

const actor = z.object({ kind: z.enum(['api', 'peer', 'phone', 'system']), id: z.string().optional() });
const source = z.object({
  /** Library and version that reported it, e.g. `baileys@7.0.0-rc14`. */
  lib: z.string(),
  /** Its event, e.g. `messages.upsert`. */
  event: z.string().optional(),
  /** Whether it had waited on the server while the account was away. */
  offline: z.boolean().optional(),
});

/** A blob of the account, named by its content: sha256 in hex, length in bytes. */
export const blobRef = z.object({ sha256: z.string(), length: z.number().int() });
export type BlobRef = z.infer<typeof blobRef>;

/** What surrounds an event's data. Times are ISO 8601 in UTC; the stream sequence is never stored inside. */
export const envelope = z.object({
  /** Follows from the dedupe key alone, so that even a doubled append bears one id. 32 hex digits. */
  id: z.string(),
  type: z.string(),
  v: z.number().int().positive(),
  account: z.string(),
  /** Generation of the account: rises when it is created again after a deletion. */
  gen: z.number().int().nonnegative(),
  /** When it was appended. */
  at: z.iso.datetime(),
  /** When it happened, by WhatsApp's clock where it comes from there. */
  occurredAt: z.iso.datetime(),
  /** Lease epoch of the owner that reported it; facts only. */
  epoch: z.number().int().nonnegative().optional(),
  /** Request id of the HTTP call that led to it. */
  corr: z.string().optional(),
  /** Id of the event that led to it. */
  cause: z.string().optional(),
  actor: actor.optional(),
  source: source.optional(),
  /** base64 of WhatsApp's own `proto.WebMessageInfo`, secrets stripped: content, never shown in webhooks or SSE. */
  raw: z.string().optional(),
  /** In place of `raw` where it was too large: GridFS holds it under its hash. */
  rawRef: blobRef.optional(),
  data: z.unknown(),
});
export type Envelope = z.infer<typeof envelope>;

type Meta = Readonly<Omit<Envelope, 'type' | 'data' | 'id' | 'v' | 'at'>>;

/** An event on its way into the log. */
export type NewEvent<E extends Event = Event> = E & Meta;

/** An event as the log gives it back. `seq` is its position: the stream sequence, the same number everywhere. */
export type Recorded<E extends Event = Event> = E &
  Meta &
  Readonly<{ id: string; v: number; at: string; seq: number }>;

/** An event's id follows from its `Nats-Msg-Id` alone, so a doubled append (window closed) still has one id. */
export const eventId = (msgId: string): string => hash('sha256', msgId).slice(0, 32);
