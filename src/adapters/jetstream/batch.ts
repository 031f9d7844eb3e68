import type { JsMsg } from '@nats-io/jetstream';

/** Payload after which a batch is full. */
const MAX_BYTES = 4 * 1_048_576;

/** `until`: the last position that is wanted. */
type Wanted<T> = Readonly<{ max: number; until?: number; decode: (message: JsMsg) => T }>;

export type Batch<T> = Readonly<{
  add: (message: JsMsg) => void;
  /** Whether there is something to take: when the batch is full, or `now`. */
  isReady: (now: boolean) => boolean;
  /** Gives out what was gathered; from then on the cursor stands behind it. */
  take: () => readonly T[];
}>;

/** Gathers messages up to `max` of them or 4 MiB of payload, whichever comes first. */
export const createBatch = <T>(
  { max, until = Number.POSITIVE_INFINITY, decode }: Wanted<T>,
  cursor: { after: number },
): Batch<T> => {
  let items: T[] = [];
  let bytes = 0;
  let seen = cursor.after;
  return {
    add: (message) => {
      seen = message.seq;
      if (seen > until) return;
      items.push(decode(message));
      bytes += message.data.length;
    },
    isReady: (now) => items.length > 0 && (now || items.length >= max || bytes >= MAX_BYTES),
    take: () => {
      const taken = items;
      [items, bytes] = [[], 0];
      cursor.after = seen;
      return taken;
    },
  };
};
