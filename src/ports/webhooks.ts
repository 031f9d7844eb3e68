import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import type { Webhook } from '../events/webhook-state.ts';

/** Where a webhook goes and what it brings along. Secret: sealed at rest, never logged. */
export type Target = Readonly<{
  url: string;
  headers: Readonly<Record<string, string>>;
  /** `whsec_…`, the newest first; every one signs until it ends (ISO 8601), null for one that does not. */
  secrets: readonly Readonly<{ secret: string; until: string | null }>[];
}>;

/** Targets under references that never change their meaning: a changed target is another row. */
export type Targets = {
  keep: (ref: string, target: Target) => Promise<void>;
  find: (ref: string) => Promise<Target | null>;
  /** Repeatable. */
  erase: (ref: string) => Promise<void>;
};

/** One request of a webhook, but for what the attempt itself adds (time, signatures). */
export type Message = Readonly<{
  /** The header `webhook-id`: follows from webhook and event alone. */
  id: string;
  body: string;
  contentType: string;
  /** Of its own: name, value, name, … */
  headers: readonly string[];
}>;

/** What came of a request. `status` null: there was no answer, `error` says why. */
export type Posted = Readonly<{
  at: string;
  ms: number;
  status: number | null;
  error: string | null;
  /** How long the receiver asks to be left alone. */
  retryAfterMs: number | null;
  /** Nothing was sent, since nothing is sent to such an address. */
  refused: boolean;
}>;

/** 2xx alone is success. */
export const isDelivered = ({ status }: Pick<Posted, 'status'>): boolean =>
  status !== null && status >= 200 && status < 300;

/** Never rejects. `signal` breaks it off. */
export type Post = (target: Target, message: Message, signal?: AbortSignal) => Promise<Posted>;

type Telling = Readonly<{
  webhook: Pick<Webhook, 'format'>;
  target: Target;
  /** The `webhook-id`. */
  deliveryId: string;
  event: Recorded<WildcatEvent>;
  /** Position of the event before it under the webhook's filter. */
  previous: number;
  /** From 1. */
  attempt: number;
  /** Id of the replay that it belongs to, or what else it is beside the usual. */
  replay: string | null;
}>;

/** One attempt to deliver an event; null where there is nothing to tell. Throws where that is not known yet. */
export type Tell = (telling: Telling, signal?: AbortSignal) => Promise<Posted | null>;

/**
 * An event that waits for its next attempt, or behind one that does. `line`: the webhook, or one of its replays.
 * Positions of the log; `at` and `notBefore` in unix ms.
 */
export type Parked = Readonly<{
  line: string;
  seq: number;
  previous: number;
  at: number;
  /** What it must keep its place in: a chat, or itself alone. */
  lane: string;
  account: string;
  failed: number;
  notBefore: number;
  /** That of the webhook when it was parked; rows from before this was kept have none. */
  activeSince?: string;
}>;

export type DeliveryStatus = 'delivered' | 'retrying' | 'failed';

/** An attempt and what it means for its delivery. */
export type Attempt = Readonly<{
  deliveryId: string;
  webhook: string;
  account: string;
  seq: number;
  event: string;
  type: string;
  posted: Posted;
  status: DeliveryStatus;
  /** ISO 8601. */
  nextAttemptAt: string | null;
  /** The first one there is, so that nothing has to be looked for. */
  isFirst: boolean;
}>;

export type AttemptRecord = Readonly<{ at: string; ms: number; status: number | null; error: string | null }>;

/** An event on its way to a webhook. Times ISO 8601; the newest 20 attempts, oldest first. */
export type Delivery = Readonly<{
  id: string;
  webhookId: string;
  accountId: string;
  position: number;
  event: string;
  type: string;
  status: DeliveryStatus;
  attempts: readonly AttemptRecord[];
  nextAttemptAt: string | null;
}>;

type DeliveryRange = Readonly<{
  limit: number;
  /** Only positions below. */
  before?: number | undefined;
  status?: DeliveryStatus | undefined;
}>;

/** Operational state of deliveries; every call may reject while the database is away, and may be repeated. */
export type Deliveries = {
  parked: (line: string) => Promise<readonly Parked[]>;
  park: (rows: readonly Parked[]) => Promise<void>;
  unpark: (line: string, seqs: readonly number[]) => Promise<void>;
  record: (attempts: readonly Attempt[]) => Promise<void>;
  /** Newest position first. */
  list: (webhook: string, range: DeliveryRange) => Promise<readonly Delivery[]>;
  find: (webhook: string, deliveryId: string) => Promise<Delivery | null>;
  /** Since when (unix ms) nothing has been delivered to a webhook, null where the last attempt was fine. */
  failingSince: (webhook: string) => Promise<number | null>;
  setFailingSince: (webhook: string, since: number | null) => Promise<void>;
  /** Everything of a webhook (`wh_…`) and its replays, or of one replay (`wh_…/rp_…`). */
  erase: (line: string) => Promise<void>;
  /** `tombstone`: its position. What is parked from there on stays in the log, and is told of. */
  eraseAccount: (account: string, tombstone: number) => Promise<void>;
};
