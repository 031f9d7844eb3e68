import type { WildcatEvent } from '../../../events/codec.ts';
import { naturalKey } from '../../../events/dedupe.ts';
import type { Recorded } from '../../../events/event.ts';
import type { EventLog } from '../../../ports/event-log.ts';

/** What the account's log ends with: enough to recognise whatever WhatsApp may deliver once more. */
export type Recent = {
  /** Whether the event under this key is in the log (or on its way there). */
  has: (key: string) => boolean;
  /** Its `raw`, where it is still kept. */
  rawOf: (key: string) => string | undefined;
  add: (key: string, raw: string | undefined) => void;
  /** Ids that this account sent from here: their echoes are no messages of another device. */
  isOwn: (waId: string) => boolean;
  addOwn: (waId: string) => void;
};

const KEPT = 10_000;
/** Characters of all raw messages that are kept, and of one: senders decide how large theirs are. */
const RAW_CHARS = 4_194_304;
const LARGEST_RAW = 65_536;
const PRELOADED = 5_000;
/** Of those that a start reads, for a moment: the secrets of polls are in them too. */
const PRELOADED_CHARS = 8 * RAW_CHARS;

const evict = (values: Set<string>): void => {
  if (values.size <= KEPT) return;
  for (const oldest of values) {
    values.delete(oldest);
    return;
  }
};

/**
 * What WhatsApp may deliver once more, beside everything of the aggregate `group`. History is not: there may be more
 * of it than is read here.
 */
const INCOMING = [
  'message.received',
  'message.sent_elsewhere',
  'message.edited',
  'message.revoked',
  'message.reacted',
  'message.pinned',
  'message.unpinned',
  'message.undecryptable',
  'message.system',
  'poll.vote_cast',
  'chat.disappearing_changed',
];
const isIncoming = (type: string): boolean => INCOMING.includes(type) || type.startsWith('group.');

/** Sends of our own, for their ids and for the secrets of their polls. */
const OWN = ['message.send_requested', 'message.send_attempted'];

/** The newest raw messages, as many as fit `most` characters. */
const createRaws = (
  most: number,
): Readonly<{
  get: (key: string) => string | undefined;
  set: (key: string, raw: string) => void;
}> => {
  const raws = new Map<string, string>();
  let chars = 0;
  const drop = (key: string): void => {
    chars -= raws.get(key)?.length ?? 0;
    raws.delete(key);
  };
  return {
    get: (key) => raws.get(key),
    set: (key, raw) => {
      drop(key);
      if (raw.length > LARGEST_RAW) return;
      raws.set(key, raw);
      chars += raw.length;
      for (const oldest of raws.keys()) {
        if (chars <= most) return;
        drop(oldest);
      }
    },
  };
};

/** The newest 10,000 incoming events and own sends, begun with what the log had. */
export const createRecent = (logged: readonly Recorded<WildcatEvent>[]): Recent => {
  const known = new Set<string>();
  const raws = createRaws(RAW_CHARS);
  const own = new Set<string>();
  const recent: Recent = {
    has: (key) => known.has(key),
    rawOf: (key) => (known.has(key) ? raws.get(key) : undefined),
    add: (key, raw) => {
      known.add(key);
      evict(known);
      if (raw !== undefined) raws.set(key, raw);
    },
    isOwn: (waId) => own.has(waId),
    addOwn: (waId) => {
      own.add(waId);
      evict(own);
    },
  };
  for (const event of logged) {
    if (event.type === 'message.send_attempted') recent.addOwn(event.data.waId);
    const key = isIncoming(event.type) ? naturalKey(event) : null;
    if (key !== null) recent.add(key, event.raw);
  }
  return recent;
};

// From the stream's end backwards in growing steps: a busy account is found in the first, a quiet one in the last.
const STEPS = [20_000, 200_000, 2_000_000, Number.POSITIVE_INFINITY];

/** Without what could fill the memory, 5,000 times over: of content its kind is enough here. */
const light = ({ raw: _, ...event }: Recorded<WildcatEvent>): Recorded<WildcatEvent> => {
  if (!('content' in event.data)) return event as Recorded<WildcatEvent>;
  const content = { type: event.data.content.type, text: null };
  // the same member of the union with less in it, which TypeScript can't see
  return { ...event, data: { ...event.data, content, quotedKey: undefined } } as Recorded<WildcatEvent>;
};

type Reader = Pick<EventLog, 'read' | 'state'>;

const tail = async (log: Reader, account: string, after: number): Promise<Recorded<WildcatEvent>[]> => {
  let found: Recorded<WildcatEvent>[] = [];
  const raws = createRaws(PRELOADED_CHARS);
  const subjects = [...INCOMING, 'group.*', ...OWN].map((type) => `wildcat.${account}.${type}.>`);
  for await (const batch of log.read({ subjects, after })) {
    for (const entry of batch) {
      if (entry.kind !== 'event') continue;
      found.push(light(entry.event));
      if (entry.event.raw !== undefined) raws.set(String(entry.seq), entry.event.raw);
    }
    if (found.length > 2 * PRELOADED) found = found.slice(-PRELOADED);
  }
  return found.slice(-PRELOADED).map((event) => {
    const raw = raws.get(String(event.seq));
    return raw === undefined ? event : { raw, ...event };
  });
};

/**
 * The last 5,000 events of what the account received and sent, light. They are only needed to answer a redelivery
 * politely, so an event that can't be read is left out.
 */
export const readRecent = async (
  log: Reader,
  account: string,
): Promise<readonly Recorded<WildcatEvent>[]> => {
  const { lastSeq, firstSeq } = await log.state();
  for (const step of STEPS) {
    const after = Math.max(0, lastSeq - step);
    const found = await tail(log, account, after);
    if (found.length === PRELOADED || after < firstSeq) return found;
  }
  return [];
};
