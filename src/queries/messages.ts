import type { Filter } from 'mongodb';
import type { Address } from '../events/ids.ts';
import type { ChatDoc } from '../projections/chat-doc.ts';
import { currentContent, isSeen, type MessageDoc, type ShadowDoc } from '../projections/message-doc.ts';
import { type MessageAnswer, messageAnswer } from './message-answer.ts';
import { findChat, loadNamesOf, peopleIn } from './names.ts';
import type { Place } from './newest.ts';
import { createPages, cursorAfter, type Page } from './pages.ts';
import { createSearch } from './searching.ts';
import {
  createStoredQueries,
  NEWEST_FIRST,
  type StoredMessage,
  type StoredQueries,
  WITHOUT_RAW,
} from './stored-messages.ts';
import type { ReadViews } from './views.ts';

export type Listed = Readonly<{ messages: MessageAnswer[]; total: number; hasMore: boolean }>;
/** `total` is null where nobody has counted: of a search. */
export type Paged = Readonly<{
  messages: MessageAnswer[];
  total: number | null;
  hasMore: boolean;
  nextCursor: string | null;
}>;
/** `words`: only those that say words which begin so, whatever `offset` is then. */
export type Asked = Page & Readonly<{ words?: readonly string[] | undefined }>;

export type MessageQueries = Pick<StoredQueries, 'findDoc' | 'findOwn' | 'findStored'> &
  Readonly<{
    /**
     * Documents as answers show them, with the names of now; of `chats` those are known. `linkedAt`: position of the
     * last link to a phone, if not that of now.
     */
    answer: (
      docs: readonly MessageDoc[],
      chats?: readonly ChatDoc[],
      linkedAt?: number,
    ) => Promise<MessageAnswer[]>;
    /** Messages of a chat, newest first; within a second the one that came later. Any address of the chat will do. */
    ofChat: (account: string, chatId: string, page: Asked) => Promise<Paged>;
    /** As `ofChat`, in all chats of an account. */
    ofAccount: (account: string, page: Asked) => Promise<Paged>;
    /** Newest first, of one account or of all. */
    all: (page: Readonly<{ limit: number; skip: number; accountId?: string | undefined }>) => Promise<Listed>;
    /** What was received in a chat and not read: as many of the newest as count as such, one at least, 200 at most. */
    unread: (
      account: string,
      chatId: string,
    ) => Promise<readonly Pick<StoredMessage, 'waId' | 'from' | 'raw' | 'chat'>[]>;
    /** Ids are chosen by senders: the newest of that id, or the one in `chatId`. */
    find: (account: string, messageId: string, chatId?: string) => Promise<MessageAnswer | null>;
  }>;

type Doc = MessageDoc | ShadowDoc;

/** Receipts that one call sends. */
const MAX_UNREAD = 200;

/** Everybody whom the answer to a message names. */
const addressesOf = (doc: MessageDoc): readonly Address[] => {
  const { chatAddress, from, reactions = [], votes = [], receipts = [], notice, pin } = doc;
  return [
    chatAddress,
    ...(from === null ? [] : [from]),
    ...[...reactions, ...votes].map((one) => one.from),
    ...receipts.map(({ by }) => by),
    ...(notice?.people ?? []),
    ...(pin === undefined ? [] : [pin.from]),
    ...peopleIn(currentContent(doc)),
  ];
};

/** Positions of the last links to phones of the accounts that have starred some of these. */
const loadLinks = async (
  read: ReadViews,
  docs: readonly MessageDoc[],
): Promise<ReadonlyMap<string, number>> => {
  const accounts = new Set(docs.filter(({ starred }) => starred).map(({ account }) => account));
  if (accounts.size === 0) return new Map();
  const found = await (await read('totals')).find({ _id: { $in: [...accounts] } }).toArray();
  return new Map(found.map(({ _id, linkedAt = 0 }) => [_id, linkedAt]));
};

export const createMessageQueries = (read: ReadViews): MessageQueries => {
  const { findDoc, findOwn, findStored } = createStoredQueries(read);
  const pages = createPages(read);
  const search = createSearch(read);
  const answer: MessageQueries['answer'] = async (docs, chats = [], linkedAt) => {
    const [namesFor, links] = await Promise.all([
      loadNamesOf(read, docs, addressesOf, chats),
      linkedAt === undefined ? loadLinks(read, docs) : undefined,
    ]);
    return docs.map((doc) => messageAnswer(doc, namesFor(doc), linkedAt ?? links?.get(doc.account)));
  };

  const pageIn = async (
    place: Place | null,
    { words, ...page }: Asked,
    chats: readonly ChatDoc[] = [],
  ): Promise<Paged> => {
    if (place === null) return { messages: [], total: 0, hasMore: false, nextCursor: null };
    if (words !== undefined) {
      const { docs, nextCursor } = await search(place, page, words);
      return { messages: await answer(docs, chats), total: null, hasMore: nextCursor !== null, nextCursor };
    }
    const [docs, total] = await Promise.all([pages.pageOf(place, page), pages.countOf(place, page)]);
    const shown = docs.slice(0, page.limit);
    const hasMore = docs.length > page.limit;
    return {
      messages: await answer(shown, chats),
      total,
      hasMore,
      nextCursor: hasMore ? cursorAfter(shown) : null,
    };
  };

  return {
    ofChat: async (account, chatId, page) => {
      const chat = await findChat(read, account, chatId);
      return pageIn(chat, page, chat === null ? [] : [chat]);
    },
    ofAccount: async (account, page) => {
      const totals = await (await read('totals')).findOne({ _id: account });
      const whole = totals && { ...totals, account, addresses: null, count: totals.messages };
      return pageIn(whole, page);
    },
    all: async ({ limit, skip, accountId }) => {
      const [collection, totals] = await Promise.all([read('messages'), read('totals')]);
      const filter: Filter<Doc> = {
        ...(accountId === undefined ? {} : { account: accountId }),
        timestamp: { $gte: 0 },
      };
      const [docs, counts] = await Promise.all([
        collection
          .find(filter, { projection: WITHOUT_RAW })
          .sort(NEWEST_FIRST)
          .skip(skip)
          .limit(limit)
          .toArray(),
        totals.find(accountId === undefined ? {} : { _id: accountId }).toArray(),
      ]);
      const total = counts.reduce((sum, { messages }) => sum + messages, 0);
      const messages = await answer(docs.filter(isSeen));
      return { messages, total, hasMore: skip + messages.length < total };
    },
    find: async (account, messageId, chatId) => {
      const doc = await findDoc(account, messageId, chatId, WITHOUT_RAW);
      return doc === null ? null : ((await answer([doc]))[0] ?? null);
    },
    unread: async (account, chatId) => {
      const chat = await findChat(read, account, chatId);
      if (chat === null) return [];
      const messages = await read('messages');
      const wanted = Math.min(Math.max(chat.unread ?? 0, 1), MAX_UNREAD);
      const filter: Filter<Doc> = {
        account,
        chat: { $in: [...chat.addresses] },
        timestamp: { $gte: 0 },
        fromMe: false,
        // what nobody wrote does not count as unread
        notice: { $exists: false },
      };
      const docs = await messages.find(filter).sort(NEWEST_FIRST).limit(wanted).toArray();
      return docs.filter(isSeen).map(({ waId, from, raw, chatAddress }) => ({
        waId,
        from,
        raw: raw ?? null,
        chat: chatAddress,
      }));
    },
    answer,
    findDoc,
    findOwn,
    findStored,
  };
};
