import { isPersonKey, keyOf } from '../events/ids.ts';
import type { Content } from '../events/messages.ts';
import type { Stored } from '../ports/view-store.ts';
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

/** A person, group, channel or list, and what was said there. */
export type ChatDoc = Stored &
  Readonly<{
    account: string;
    key: string;
    jid: string;
    /** Phone number (a JID) of a person known by LID. */
    pn?: string;
    /** Keys that its messages are stored under. */
    addresses: readonly string[];
    count: number;
    /** Both unix seconds, missing while nothing was said: time of the last and of the first message. */
    at?: number;
    firstAt?: number;
    last?: LastMessage;
    /** Received and not read, as far as is known. */
    unread?: number;
    /** As the address book has a person, or a group's subject. */
    name?: string;
    /** As a person calls himself. */
    pushName?: string;
    archived?: boolean;
    /** unix seconds of the moment it was pinned. */
    pinnedAt?: number | null;
    /** unix milliseconds, -1 for ever. */
    mutedUntil?: number | null;
    /** Marked as unread by hand. */
    markedUnread?: boolean;
    blocked?: boolean;
    /** Seconds after which messages disappear; 0: they stay. null: not known any more. */
    disappearing?: number | null;
    /** The phone has nothing older than what is here. */
    complete?: boolean;
  }>;

/**
 * A phone number that turned out to be a LID's. Its messages belong to the chat `into`, for good; the number itself
 * is `lid`'s now, another one only where WhatsApp gave it to somebody else.
 */
export type AliasDoc = Stored & Readonly<{ account: string; key: string; into: string; lid: string }>;

export const isAlias = (doc: ChatDoc | AliasDoc): doc is AliasDoc => 'into' in doc;

/** A chat of which nothing but its address is known. */
export const emptyChat = (account: string, jid: string): ChatDoc => {
  const key = keyOf(jid);
  return { _id: `${account}/${key}`, account, key, jid, addresses: [key], count: 0 };
};

const lastOf = (message: MessageDoc): LastMessage => {
  const content = currentContent(message);
  const { _id, waId, timestamp, seq, fromMe } = message;
  return { id: _id, waId, text: textOf(content), type: content.type, timestamp, seq, fromMe };
};

const isLater = (one: LastMessage, other: LastMessage): boolean =>
  one.timestamp === other.timestamp ? one.seq > other.seq : one.timestamp > other.timestamp;

const withLast = (chat: ChatDoc, last: LastMessage | undefined, firstAt: number | undefined): ChatDoc => {
  if (last === undefined || firstAt === undefined) return chat;
  const newest = chat.last !== undefined && isLater(chat.last, last) ? chat.last : last;
  return {
    ...chat,
    last: newest,
    at: newest.timestamp,
    firstAt: Math.min(chat.firstAt ?? firstAt, firstAt),
  };
};

/**
 * Counts a message that was not there before. `isNews`: nobody can have read it yet. Of a timer that a chat has had from
 * its beginning (by its maker's default, or as a group that the account has joined) only such messages tell.
 */
export const withNewMessage = (chat: ChatDoc, message: MessageDoc, isNews: boolean): ChatDoc => {
  const { fromMe, pushName, content } = message;
  const isNamed = !fromMe && pushName !== undefined && isPersonKey(chat.key);
  const counted = {
    ...chat,
    count: chat.count + 1,
    ...(isNews && !fromMe ? { unread: (chat.unread ?? 0) + 1 } : {}),
    ...(isNamed ? { pushName } : {}),
    ...(isNews && typeof chat.disappearing !== 'number' && content.expiresIn !== undefined
      ? { disappearing: content.expiresIn }
      : {}),
  };
  return withLast(counted, lastOf(message), message.timestamp);
};

/** Shows a changed message anew if it is the last one. */
export const withChangedMessage = (chat: ChatDoc, message: MessageDoc): ChatDoc =>
  chat.last?.id === message._id ? { ...chat, last: lastOf(message) } : chat;

/** Adds what was said under another address of the same person. */
export const withAddress = (chat: ChatDoc, other: ChatDoc): ChatDoc => {
  const addresses = [...new Set([...chat.addresses, ...other.addresses])];
  const { _id, account, key, jid, pn: _, last: _last, at: _at, firstAt: _first, ...known } = other;
  const unread = (chat.unread ?? 0) + (other.unread ?? 0);
  const joined = {
    ...known,
    ...chat,
    addresses,
    count: chat.count + other.count,
    ...(unread > 0 ? { unread } : {}),
  };
  return withLast(joined, other.last, other.firstAt);
};
