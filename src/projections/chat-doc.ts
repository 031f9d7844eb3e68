import { isPersonKey, keyOf } from '../events/ids.ts';
import type { Stored } from '../ports/view-store.ts';
import { joined, type Latest, withChanged, withMessage, withoutPlaceholder } from './chat-last.ts';
import type { MessageDoc } from './message-doc.ts';

/** What is told of a chat itself, by the phone anew with each link. */
const SETTINGS = [
  'unread',
  'markedUnread',
  'archived',
  'pinnedAt',
  'mutedUntil',
  'disappearing',
  'name',
  'locked',
  'deletedTo',
  'clearedTo',
] as const;
type Setting = (typeof SETTINGS)[number];

/** A person, group, channel or list, and what was said there. */
export type ChatDoc = Stored &
  Latest &
  Readonly<{
    account: string;
    key: string;
    jid: string;
    /** Phone number (a JID) of a person known by LID. */
    pn?: string;
    /** Keys that its messages are stored under. */
    addresses: readonly string[];
    count: number;
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
    /** unix seconds of the last change of its picture that was told. */
    pictureAt?: number;
    /** Seconds after which messages disappear; 0: they stay. null: not known any more. */
    disappearing?: number | null;
    /** The phone has nothing older than what is here. */
    complete?: boolean;
    /** Behind the phone's lock. */
    locked?: boolean;
    /** Until when (unix seconds) what was said was deleted with the chat, or cleared, on the phone; null: not any more. */
    deletedTo?: number | null;
    clearedTo?: number | null;
    /** Nothing was said since the chat was deleted. */
    deleted?: true;
    /** Positions of the events that told these last. */
    toldAt?: Readonly<Partial<Record<Setting, number>>>;
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

/** Until when (unix seconds) what was said in a chat is gone from the phone; 0 where all of it is there. */
export const goneTo = ({ deletedTo, clearedTo }: Pick<ChatDoc, 'deletedTo' | 'clearedTo'>): number =>
  Math.max(deletedTo ?? 0, clearedTo ?? 0);

/**
 * Counts a message that was not there before. `isNews`: nobody can have read it yet. Of a timer that a chat has had from
 * its beginning (by its maker's default, or a group's from before the account was linked) only such messages tell.
 */
export const withNewMessage = (chat: ChatDoc, message: MessageDoc, isNews: boolean): ChatDoc => {
  const { fromMe, pushName, content } = message;
  const isNamed = !fromMe && pushName !== undefined && isPersonKey(chat.key);
  const counted = {
    ...chat,
    count: chat.count + 1,
    ...(isNews && !fromMe && message.timestamp > goneTo(chat) ? { unread: (chat.unread ?? 0) + 1 } : {}),
    ...(isNamed ? { pushName } : {}),
    ...(isNews && typeof chat.disappearing !== 'number' && content.expiresIn !== undefined
      ? { disappearing: content.expiresIn }
      : {}),
  };
  return { ...counted, ...withMessage(chat, message) };
};

/** Shows a changed message anew if it is the last one. */
export const withChangedMessage = (chat: ChatDoc, message: MessageDoc): ChatDoc =>
  chat.last?.id === message._id || chat.waiting !== undefined
    ? { ...chat, ...withChanged(chat, message) }
    : chat;

const withLatest = (chat: ChatDoc, latest: Latest): ChatDoc => {
  const { last: _, at: _at, firstAt: _first, waiting: _waiting, settled: _settled, ...rest } = chat;
  return { ...rest, ...latest };
};

/** Shows a message in place of the placeholder that stood for it. */
export const withReadable = (chat: ChatDoc, message: MessageDoc): ChatDoc =>
  withLatest(chat, withMessage(withoutPlaceholder(chat, message._id), message));

/** A message that was counted as unread is nothing that one has to read. */
export const asRead = (chat: ChatDoc, { fromMe, seq, timestamp }: MessageDoc): ChatDoc => {
  const { unread = 0, toldAt } = chat;
  const isCounted = !fromMe && seq > (toldAt?.unread ?? 0) && timestamp > goneTo(chat);
  return isCounted && unread > 0 ? { ...chat, unread: unread - 1 } : chat;
};

/** When a picture was changed last: WhatsApp may tell of it late, and to either name of a person. */
const pictured = (
  { pictureAt = 0 }: Partial<ChatDoc>,
  other: Partial<ChatDoc>,
): Pick<Partial<ChatDoc>, 'pictureAt'> =>
  other.pictureAt === undefined ? {} : { pictureAt: Math.max(pictureAt, other.pictureAt) };

/** Notes what was told of a chat itself at position `seq`; of its settings only those not told after `since`. */
export const withNews = (
  chat: ChatDoc,
  news: Partial<ChatDoc>,
  { seq, since }: Readonly<{ seq: number; since: number }>,
): ChatDoc => {
  const told = SETTINGS.filter((setting) => setting in news);
  if (told.length === 0) return { ...chat, ...news, ...pictured(chat, news) };
  const isOld = (setting: Setting) => (chat.toldAt?.[setting] ?? 0) > since;
  const kept = told.filter(isOld).map((setting) => [setting, chat[setting]]);
  const fresh = told.filter((setting) => !isOld(setting)).map((setting) => [setting, seq]);
  const toldAt = { ...chat.toldAt, ...Object.fromEntries(fresh) };
  return { ...chat, ...news, ...Object.fromEntries(kept), toldAt };
};

/** Takes out a placeholder that turned out to stand for no message. */
export const withoutMessage = (chat: ChatDoc, message: MessageDoc): ChatDoc => {
  const { count, ...rest } = asRead(chat, message);
  return withLatest({ ...rest, count: count - 1 }, withoutPlaceholder(chat, message._id));
};

/** The settings of two chats that turn out to be one, of each what was told last. */
const settingsIn = (chat: ChatDoc, other: ChatDoc): Partial<ChatDoc> => {
  const { toldAt } = other;
  if (toldAt === undefined) return {};
  const later = SETTINGS.filter((setting) => (toldAt[setting] ?? 0) > (chat.toldAt?.[setting] ?? 0));
  const from = (doc: Partial<Record<Setting, unknown>>) =>
    Object.fromEntries(later.map((setting) => [setting, doc[setting]]));
  return { ...from(other), toldAt: { ...chat.toldAt, ...from(toldAt) } };
};

/** Adds what was said under another address of the same person. */
export const withAddress = (chat: ChatDoc, other: ChatDoc): ChatDoc => {
  const addresses = [...new Set([...chat.addresses, ...other.addresses])];
  const { _id, account, key, jid, pn: _, ...known } = other;
  const unread = (chat.unread ?? 0) + (other.unread ?? 0);
  const both = {
    ...known,
    ...chat,
    ...settingsIn(chat, other),
    ...pictured(chat, other),
    addresses,
    count: chat.count + other.count,
    ...(unread > 0 ? { unread } : {}),
    ...joined(chat, other),
  };
  // it may have been deleted under the one name and written to under the other
  const gone = goneTo(both);
  return unread > 0 && gone > 0 && (both.at ?? 0) <= gone ? { ...both, unread: 0 } : both;
};
