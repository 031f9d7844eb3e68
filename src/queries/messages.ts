import type { Filter } from 'mongodb';
import type { ChatDoc } from '../projections/chat-doc.ts';
import { isSeen, type MessageDoc, type ShadowDoc } from '../projections/message-doc.ts';
import { type MessageAnswer, messageAnswer } from './message-answer.ts';
import { findChat, loadNames } from './names.ts';
import { byAge, createStoredQueries, type StoredMessage, type StoredQueries } from './stored-messages.ts';
import type { ReadViews } from './views.ts';

/** `before` and `after` are exclusive, in unix seconds. */
export type ChatPage = Readonly<{
  limit: number;
  offset: number;
  before?: number | undefined;
  after?: number | undefined;
}>;
export type Page = Readonly<{ messages: MessageAnswer[]; total: number; hasMore: boolean }>;

export type MessageQueries = Pick<StoredQueries, 'findOwn' | 'findStored'> &
  Readonly<{
    /** Messages of a chat, newest first; within a second the one that came later. Any address of the chat will do. */
    ofChat: (account: string, chatId: string, page: ChatPage) => Promise<Page>;
    /** Newest first, of one account or of all. */
    all: (page: Readonly<{ limit: number; skip: number; accountId?: string | undefined }>) => Promise<Page>;
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

const NEWEST_FIRST = { timestamp: -1, seq: -1 } as const;
const WITHOUT_RAW = { raw: 0, pollSecret: 0 } as const;

/**
 * From when on the newest `wanted` messages before `upper` should be found, if they are spread evenly; null where
 * that is not worth a guess. A bound spares a server that sorts by hand most of the chat.
 */
export const likelyStart = (chat: ChatDoc, wanted: number, upper: number | undefined): number | null => {
  const { at = 0, firstAt = 0, count } = chat;
  if (count < 8 * wanted) return null;
  return Math.max(firstAt, Math.min(upper ?? at, at) - Math.ceil(((at - firstAt) * 4 * wanted) / count));
};

/** Exclusive bounds as a filter; shadows, which have no time, are in none. */
const between = ({ before, after }: Pick<ChatPage, 'before' | 'after'>) => ({
  ...(after === undefined ? { $gte: 0 } : { $gt: after }),
  ...(before === undefined ? {} : { $lt: before }),
});

export const createMessageQueries = (read: ReadViews): MessageQueries => {
  const { findDoc, findOwn, findStored } = createStoredQueries(read);
  const answer = async (docs: readonly MessageDoc[]): Promise<MessageAnswer[]> => {
    const accounts = [...new Set(docs.map(({ account }) => account))];
    const names = await Promise.all(
      accounts.map((account) => {
        const own = docs.filter((doc) => doc.account === account);
        const addresses = own.flatMap(({ chatAddress, from, reactions = [], votes = [], receipts = [] }) => [
          chatAddress,
          ...(from === null ? [] : [from]),
          ...[...reactions, ...votes].map((one) => one.from),
          ...receipts.map(({ by }) => by),
        ]);
        return loadNames(read, account, addresses);
      }),
    );
    const nameIn = new Map(accounts.map((account, index) => [account, names[index]]));
    return docs.flatMap((doc) => {
      const nameOf = nameIn.get(doc.account);
      return nameOf === undefined ? [] : [messageAnswer(doc, nameOf)];
    });
  };

  /** The newest `wanted` of a chat that fulfil `timestamp`: one query per address, merged. */
  const newest = async (chat: ChatDoc, wanted: number, timestamp: object): Promise<MessageDoc[]> => {
    const messages = await read('messages');
    const { account } = chat;
    const lists = await Promise.all(
      chat.addresses.map((key) => {
        const filter: Filter<Doc> = { account, chat: key, timestamp };
        return messages.find(filter, { projection: WITHOUT_RAW }).sort(NEWEST_FIRST).limit(wanted).toArray();
      }),
    );
    return lists.flat().filter(isSeen).sort(byAge).slice(0, wanted);
  };

  const countOf = async (chat: ChatDoc, page: ChatPage): Promise<number> => {
    if (page.before === undefined && page.after === undefined) return chat.count;
    const messages = await read('messages');
    const filter: Filter<Doc> = {
      account: chat.account,
      chat: { $in: [...chat.addresses] },
      timestamp: between(page),
    };
    return messages.countDocuments(filter);
  };

  const pageOf = async (chat: ChatDoc, page: ChatPage): Promise<MessageDoc[]> => {
    const wanted = page.offset + page.limit;
    const start = page.after === undefined ? likelyStart(chat, wanted, page.before) : null;
    if (start !== null) {
      const found = await newest(chat, wanted, { ...between({ ...page, after: start - 1 }) });
      if (found.length === wanted) return found;
    }
    return newest(chat, wanted, between(page));
  };

  return {
    ofChat: async (account, chatId, page) => {
      const chat = await findChat(read, account, chatId);
      if (chat === null) return { messages: [], total: 0, hasMore: false };
      const [docs, total] = await Promise.all([pageOf(chat, page), countOf(chat, page)]);
      const messages = await answer(docs.slice(page.offset));
      return { messages, total, hasMore: page.offset + messages.length < total };
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
      };
      const docs = await messages.find(filter).sort(NEWEST_FIRST).limit(wanted).toArray();
      return docs.filter(isSeen).map(({ waId, from, raw, chatAddress }) => ({
        waId,
        from,
        raw: raw ?? null,
        chat: chatAddress,
      }));
    },
    findOwn,
    findStored,
  };
};
