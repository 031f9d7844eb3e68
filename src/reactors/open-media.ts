import type { WildcatEvent } from '../events/codec.ts';
import { messageIdentity } from '../events/dedupe.ts';
import type { Recorded } from '../events/event.ts';
import type { MediaEvent } from '../events/media.ts';
import type { Content } from '../events/messages.ts';

type Arrived = Recorded<
  Extract<
    WildcatEvent,
    { type: 'message.received' | 'message.sent_elsewhere' | 'message.send_requested' | 'media.requested' }
  >
>;

/** A file that is to be fetched. `failed`: tries so far; `notBefore`: unix ms. */
export type OpenMedia = Readonly<{ key: string; event: Arrived; failed: number; notBefore: number }>;

/** What is to be fetched, and how far the log has been folded. It changes in place: a backlog may be long. */
export type OpenFiles = Readonly<{
  /** Folds events in log order; what was seen before changes nothing. */
  fold: (events: readonly Recorded<WildcatEvent>[]) => void;
  /** A try has ended, its event still being on the way. */
  settle: (outcome: Outcome) => void;
  /** Left until `notBefore` (unix ms) as if it had not been tried: by our own fault it failed, or another fetches it. */
  postpone: (key: string, notBefore: number) => void;
  /** What to fetch now, oldest first, so many at most. */
  due: (now: number, busy: Readonly<{ has: (key: string) => boolean }>, most: number) => readonly OpenMedia[];
  has: (key: string) => boolean;
  count: () => number;
  seen: () => number;
  /** Where to go on after a restart: before the oldest file that is still open. */
  position: () => number;
}>;

/** How long to wait after each try that failed; after one more there is no other. */
const RETRY_MS = [5_000, 30_000, 300_000, 3_600_000] as const;
export const MAX_ATTEMPTS = RETRY_MS.length + 1;

export const TOMBSTONES: readonly string[] = ['wildcat.*.account.deleted.>'];
export const MEDIA_SUBJECTS: readonly string[] = [
  'wildcat.*.message.received.>',
  'wildcat.*.message.sent_elsewhere.>',
  'wildcat.*.message.send_requested.>',
  'wildcat.*.media.>',
  ...TOMBSTONES,
];

/** Which message a file belongs to, as every media event says it. */
export const ownerOf = ({ data, type }: Arrived) => ({
  waId: data.waId,
  chat: data.chat,
  from: data.from ?? data.chat,
  fromMe: type === 'media.requested' ? data.fromMe : type !== 'message.received',
});

/** What the message says of its file. */
export const fileOf = ({ data }: Arrived): Content['media'] =>
  'media' in data ? data.media : data.content.media;

type Owner = ReturnType<typeof ownerOf>;
const keyOf = (account: string, owner: Owner): string => `${account}/${messageIdentity(owner, owner.fromMe)}`;

/** What came of a try, as its event tells it. */
export type Outcome = Exclude<MediaEvent, { type: 'media.requested' }> &
  Readonly<{ account: string; occurredAt: string }>;

/** Nothing is open, and the log was folded up to `after`. `ended`: the newest life of each account that was deleted. */
export const createOpenFiles = (after: number, ended: ReadonlyMap<string, number> = new Map()): OpenFiles => {
  const open = new Map<string, OpenMedia>();
  // what comes late of a life that has ended is for nobody
  const deleted = new Map(ended);
  let seen = after;

  const settle = (outcome: Outcome): void => {
    const key = keyOf(outcome.account, outcome.data);
    const item = open.get(key);
    if (item === undefined) return;
    const wait = outcome.type === 'media.failed' ? RETRY_MS[outcome.data.attempt - 1] : undefined;
    if (outcome.type === 'media.stored' || outcome.data.final || wait === undefined) open.delete(key);
    else {
      const notBefore = Date.parse(outcome.occurredAt) + wait;
      open.set(key, { ...item, failed: outcome.data.attempt, notBefore });
    }
  };
  const arrive = (event: Arrived): void => {
    const key = keyOf(event.account, ownerOf(event));
    const media = fileOf(event);
    // what is passed on names the file of another message; what was uploaded here is kept already
    const isElsewhere = media !== undefined && media.fileId === undefined;
    const hasFile = isElsewhere && (event.raw ?? event.rawRef) !== undefined;
    if (hasFile && !open.has(key)) open.set(key, { key, event, failed: 0, notBefore: 0 });
  };
  const end = ({ account, gen }: Pick<Recorded<WildcatEvent>, 'account' | 'gen'>): void => {
    deleted.set(account, gen);
    for (const [key, { event }] of open) if (event.account === account && event.gen <= gen) open.delete(key);
  };
  const foldOne = (event: Recorded<WildcatEvent>): void => {
    if (event.gen <= (deleted.get(event.account) ?? 0)) return;
    switch (event.type) {
      case 'message.received':
      case 'message.sent_elsewhere':
      case 'message.send_requested':
      case 'media.requested':
        arrive(event);
        break;
      case 'media.stored':
      case 'media.failed':
        settle(event);
        break;
      case 'account.deleted':
        end(event);
        break;
      default:
    }
  };

  return {
    fold: (events) => {
      for (const event of events) {
        if (event.seq <= seen) continue;
        foldOne(event);
        seen = event.seq;
      }
    },
    settle,
    postpone: (key, notBefore) => {
      const item = open.get(key);
      if (item !== undefined) open.set(key, { ...item, notBefore });
    },
    due: (now, busy, most) => {
      const found: OpenMedia[] = [];
      for (const item of open.values()) {
        if (found.length >= most) break;
        if (item.notBefore <= now && !busy.has(item.key)) found.push(item);
      }
      return found;
    },
    has: (key) => open.has(key),
    count: () => open.size,
    seen: () => seen,
    position: () => {
      const [oldest] = open.values();
      return oldest === undefined ? seen : oldest.event.seq - 1;
    },
  };
};
