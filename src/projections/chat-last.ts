import type { Content } from '../events/messages.ts';
import { currentContent, type MessageDoc, textOf } from './message-doc.ts';

type LastMessage = Readonly<{
  /** Document id of the message. */
  id: string;
  waId: string;
  text: string | null;
  type: Content['type'];
  /** unix seconds */
  timestamp: number;
  seq: number;
  fromMe: boolean;
}>;

/** The last of some messages and the time of the first (unix seconds); neither where there is none. */
type Span = Readonly<{ last?: LastMessage; firstAt?: number }>;

/** From when to when there are messages in a chat, and which is the last. */
export type Latest = Span &
  Readonly<{
    /** unix seconds of the last */
    at?: number;
    /** The newest placeholders, which may turn out to be no messages, and what there is without them. */
    waiting?: readonly LastMessage[];
    settled?: Span;
  }>;

/** So that a chat stays small where nothing can be read any more: the rest of them are taken for messages. */
const MAX_WAITING = 64;

const lastOf = (message: MessageDoc): LastMessage => {
  const content = currentContent(message);
  const { _id, waId, timestamp, seq, fromMe } = message;
  return { id: _id, waId, text: textOf(content), type: content.type, timestamp, seq, fromMe };
};

const isLater = (one: LastMessage, other: LastMessage): boolean =>
  one.timestamp === other.timestamp ? one.seq > other.seq : one.timestamp > other.timestamp;

const both = (one: Span, other: Span): Span => {
  if (one.last === undefined || other.last === undefined) return one.last === undefined ? other : one;
  const last = isLater(one.last, other.last) ? one.last : other.last;
  const firstAt = Math.min(one.firstAt ?? last.timestamp, other.firstAt ?? last.timestamp);
  return { last, firstAt };
};

const alone = (last: LastMessage): Span => ({ last, firstAt: last.timestamp });

const settledIn = ({ last, firstAt, waiting, settled }: Latest): Span => {
  if (waiting !== undefined) return settled ?? {};
  return last === undefined || firstAt === undefined ? {} : { last, firstAt };
};

const latestOf = (settled: Span, waiting: readonly LastMessage[]): Latest => {
  const { last, firstAt } = waiting.reduce((span, one) => both(span, alone(one)), settled);
  return {
    ...(last === undefined || firstAt === undefined ? {} : { last, at: last.timestamp, firstAt }),
    ...(waiting.length === 0 ? {} : { waiting, settled }),
  };
};

const withWaiting = (latest: Latest, last: LastMessage): Latest => {
  const all = [...(latest.waiting ?? []), last];
  const surplus = all.slice(0, -MAX_WAITING).map(alone);
  return latestOf(surplus.reduce(both, settledIn(latest)), all.slice(-MAX_WAITING));
};

/** With a message that was not there. */
export const withMessage = (latest: Latest, message: MessageDoc): Latest => {
  const last = lastOf(message);
  if (message.undecryptable !== undefined) return withWaiting(latest, last);
  return latestOf(both(settledIn(latest), alone(last)), latest.waiting ?? []);
};

/** Without a placeholder; any other message stays. */
export const withoutPlaceholder = (latest: Latest, id: string): Latest =>
  latestOf(
    settledIn(latest),
    (latest.waiting ?? []).filter((one) => one.id !== id),
  );

/** With a message as it reads now, if it is shown or may be. */
export const withChanged = (latest: Latest, message: MessageDoc): Latest => {
  const renewed = (one: LastMessage) => (one.id === message._id ? lastOf(message) : one);
  const settled = settledIn(latest);
  return latestOf(
    settled.last === undefined ? settled : { ...settled, last: renewed(settled.last) },
    (latest.waiting ?? []).map(renewed),
  );
};

/** Of two chats that turn out to be one. */
export const joined = (one: Latest, other: Latest): Latest => {
  const waiting = [...(one.waiting ?? []), ...(other.waiting ?? [])];
  return latestOf(both(settledIn(one), settledIn(other)), waiting);
};
