import { isLid } from '../events/ids.ts';
import type { Content } from '../events/messages.ts';
import { type ChatDoc, goneTo } from '../projections/chat-doc.ts';
import { type ChatPage, createChatPages } from './chat-pages.ts';
import { findChat } from './names.ts';
import type { ReadViews } from './views.ts';

export type ChatAnswer = Readonly<{
  chatId: string;
  lid: string | null;
  messageCount: number;
  name: string | null;
  unreadCount: number;
  markedUnread: boolean;
  archived: boolean;
  pinned: boolean;
  /** unix seconds, -1 for ever */
  mutedUntil: number | null;
  blocked: boolean;
  /** unix seconds */
  pictureChangedAt: number | null;
  locked: boolean;
  deleted: boolean;
  /** unix seconds; null: all of it is there */
  clearedTo: number | null;
  /** seconds */
  disappearing: number;
  known: Readonly<{
    /** unix seconds of the first and the last message that is known; null while there is none */
    from: number | null;
    to: number | null;
    complete: boolean;
  }>;
  lastMessage: Readonly<{
    messageId: string;
    text: string | null;
    type: Content['type'];
    /** unix seconds */
    timestamp: number;
    fromMe: boolean;
  }> | null;
}>;

const secondsOf = (ms: number): number => (ms < 0 ? -1 : Math.floor(ms / 1_000));

/** What is set for a chat, as far as it was told since the account's last link: the phone tells all of it anew then. */
const settingsOf = (
  { toldAt, markedUnread, archived, pinnedAt, mutedUntil, locked }: ChatDoc,
  linkedAt: number,
): Pick<ChatAnswer, 'markedUnread' | 'archived' | 'pinned' | 'mutedUntil' | 'locked'> => {
  const isTold = (setting: keyof NonNullable<ChatDoc['toldAt']>) => (toldAt?.[setting] ?? 0) >= linkedAt;
  return {
    markedUnread: isTold('markedUnread') && markedUnread === true,
    archived: isTold('archived') && archived === true,
    pinned: isTold('pinnedAt') && typeof pinnedAt === 'number',
    mutedUntil: isTold('mutedUntil') && typeof mutedUntil === 'number' ? secondsOf(mutedUntil) : null,
    locked: isTold('locked') && locked === true,
  };
};

/** `linkedAt`: position of the account's last link to a phone. */
export const chatAnswer = (chat: ChatDoc, linkedAt = 0): ChatAnswer => {
  const { jid, pn, count, last } = chat;
  return {
    chatId: pn ?? jid,
    lid: isLid(jid) ? jid : null,
    messageCount: count,
    name: chat.name ?? chat.pushName ?? null,
    unreadCount: chat.unread ?? 0,
    ...settingsOf(chat, linkedAt),
    blocked: chat.blocked ?? false,
    pictureChangedAt: chat.pictureAt ?? null,
    deleted: chat.deleted ?? false,
    clearedTo: goneTo(chat) || null,
    disappearing: chat.disappearing ?? 0,
    known: { from: chat.firstAt ?? null, to: chat.at ?? null, complete: chat.complete ?? false },
    lastMessage:
      last === undefined
        ? null
        : {
            messageId: last.waId,
            text: last.text,
            type: last.type,
            timestamp: last.timestamp,
            fromMe: last.fromMe,
          },
  };
};

type PageOfChats = Readonly<{ chats: ChatAnswer[]; hasMore: boolean; nextCursor: string | null }>;

type ChatQueries = Readonly<{
  /** Whether anything is known of a chat, under this address or one that it means. */
  knows: (account: string, chatId: string) => Promise<boolean>;
  /** The chat that this address means, or null where nothing is known of it. */
  find: (account: string, chatId: string) => Promise<ChatAnswer | null>;
  /** Chats in which something was said, the one with the newest message first; all of them without a `limit`. */
  list: (account: string, page?: ChatPage) => Promise<PageOfChats>;
}>;

export const createChatQueries = (read: ReadViews): ChatQueries => {
  const pageOf = createChatPages(read);
  return {
    knows: async (account, chatId) => (await findChat(read, account, chatId)) !== null,
    find: async (account, chatId) => {
      const [chat, totals] = await Promise.all([findChat(read, account, chatId), read('totals')]);
      return chat === null ? null : chatAnswer(chat, (await totals.findOne({ _id: account }))?.linkedAt);
    },
    list: async (account, page = {}) => {
      const { docs, linkedAt, ...more } = await pageOf(account, page);
      return { chats: docs.map((chat) => chatAnswer(chat, linkedAt)), ...more };
    },
  };
};
