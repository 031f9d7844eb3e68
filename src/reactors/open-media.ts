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

/** What is to be fetched, oldest first, and how far the log has been folded. */
export type MediaState = Readonly<{
  seen: number;
  open: ReadonlyMap<string, OpenMedia>;
  /** The newest life of each account that was deleted: what comes late of it is for nobody. */
  deleted: ReadonlyMap<string, number>;
}>;

/** How long to wait after each try that failed; after one more there is no other. */
const RETRY_MS = [5_000, 30_000, 300_000, 3_600_000] as const;
export const MAX_ATTEMPTS = RETRY_MS.length + 1;

export const MEDIA_SUBJECTS: readonly string[] = [
  'wildcat.*.message.received.>',
  'wildcat.*.message.sent_elsewhere.>',
  'wildcat.*.message.send_requested.>',
  'wildcat.*.media.>',
  'wildcat.*.account.deleted.>',
];

export const noMedia = (seq: number): MediaState => ({ seen: seq, open: new Map(), deleted: new Map() });

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

const settle = (open: Map<string, OpenMedia>, outcome: Outcome): void => {
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

/** The state once a try has ended, its event still being on the way. */
export const settled = (state: MediaState, outcome: Outcome): MediaState => {
  const open = new Map(state.open);
  settle(open, outcome);
  return { ...state, open };
};

type Draft = Readonly<{ open: Map<string, OpenMedia>; deleted: Map<string, number> }>;

const foldOne = ({ open, deleted }: Draft, event: Recorded<WildcatEvent>): void => {
  if (event.gen <= (deleted.get(event.account) ?? 0)) return;
  switch (event.type) {
    case 'message.received':
    case 'message.sent_elsewhere':
    case 'message.send_requested':
    case 'media.requested': {
      const key = keyOf(event.account, ownerOf(event));
      const media = fileOf(event);
      // what is passed on names the file of another message; what was uploaded here is kept already
      const isElsewhere = media !== undefined && media.fileId === undefined;
      const hasFile = isElsewhere && (event.raw ?? event.rawRef) !== undefined;
      if (hasFile && !open.has(key)) open.set(key, { key, event, failed: 0, notBefore: 0 });
      break;
    }
    case 'media.stored':
    case 'media.failed':
      settle(open, event);
      break;
    case 'account.deleted':
      deleted.set(event.account, event.gen);
      for (const [key, item] of open)
        if (item.event.account === event.account && item.event.gen <= event.gen) open.delete(key);
      break;
    default:
  }
};

/** Folds events in log order; what was seen before changes nothing. */
export const foldMedia = (state: MediaState, events: readonly Recorded<WildcatEvent>[]): MediaState => {
  const fresh = events.filter(({ seq }) => seq > state.seen);
  if (fresh.length === 0) return state;
  const draft: Draft = { open: new Map(state.open), deleted: new Map(state.deleted) };
  for (const event of fresh) foldOne(draft, event);
  return { seen: fresh.at(-1)?.seq ?? state.seen, ...draft };
};

/** Where to go on after a restart: before the oldest file that is still open. */
export const positionOf = ({ seen, open }: MediaState): number => {
  const [oldest] = open.values();
  return oldest === undefined ? seen : oldest.event.seq - 1;
};

/** What to fetch now, oldest first. */
export const dueMedia = (
  state: MediaState,
  now: number,
  busy: Readonly<{ has: (key: string) => boolean }>,
): OpenMedia[] => [...state.open.values()].filter(({ key, notBefore }) => notBefore <= now && !busy.has(key));
