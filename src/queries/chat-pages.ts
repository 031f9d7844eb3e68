import type { Filter } from 'mongodb';
import type { Content } from '../events/messages.ts';
import type { ChatDoc } from '../projections/chat-doc.ts';
import { isSeen, type MessageDoc, type ShadowDoc } from '../projections/message-doc.ts';
import { byAge, NEWEST_FIRST, WITHOUT_RAW } from './stored-messages.ts';
import type { ReadViews } from './views.ts';

/** Where a page ends: time and position of its last message. */
export type Cursor = Readonly<{ timestamp: number; seq: number }>;

/** `before` and `after` are exclusive, in unix seconds. With a `cursor` the page begins after the message that it names. */
export type ChatPage = Readonly<{
  limit: number;
  offset: number;
  before?: number | undefined;
  after?: number | undefined;
  type?: Content['type'] | undefined;
  fromMe?: boolean | undefined;
  cursor?: Cursor | undefined;
}>;

type Doc = MessageDoc | ShadowDoc;

const CURSOR = /^([0-9]{1,12})\.([0-9]{1,15})$/;

/** A cursor as clients pass it on, or null where it is none. */
export const parseCursor = (text: string): Cursor | null => {
  const [, timestamp, seq] = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  return timestamp === undefined || seq === undefined
    ? null
    : { timestamp: Number(timestamp), seq: Number(seq) };
};

/** The cursor of the page that follows these messages. */
export const cursorAfter = (docs: readonly MessageDoc[]): string | null => {
  const last = docs.at(-1);
  return last === undefined ? null : Buffer.from(`${last.timestamp}.${last.seq}`).toString('base64url');
};

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

const kindOf = ({ type, fromMe }: ChatPage): Filter<Doc> => ({
  ...(type === undefined ? {} : { 'content.type': type }),
  ...(fromMe === undefined ? {} : { fromMe }),
});

const isFiltered = ({ before, after, type, fromMe }: ChatPage): boolean =>
  [before, after, type, fromMe].some((one) => one !== undefined);

/** Whether a message comes after the one that a cursor names, newest first. */
export const isOlder =
  (cursor: Cursor | undefined) =>
  ({ timestamp, seq }: MessageDoc): boolean =>
    cursor === undefined ||
    timestamp < cursor.timestamp ||
    (timestamp === cursor.timestamp && seq < cursor.seq);

const pastCursor = (cursor: Cursor | undefined): Filter<Doc> =>
  cursor === undefined
    ? {}
    : { $or: [{ timestamp: { $lt: cursor.timestamp } }, { seq: { $lt: cursor.seq } }] };

export type ChatPages = Readonly<{
  /** The newest `offset + limit + 1` messages of the chat that the page asks for: one more tells whether more follow. */
  pageOf: (chat: ChatDoc, page: ChatPage) => Promise<MessageDoc[]>;
  /** How many there are without paging. */
  countOf: (chat: ChatDoc, page: ChatPage) => Promise<number>;
}>;

/** Pages of chats: one query per address, merged. */
export const createChatPages = (read: ReadViews): ChatPages => {
  /** The newest `wanted` of a chat with these times that the page asks for. */
  const newest = async (
    chat: ChatDoc,
    wanted: number,
    timestamp: Filter<Doc>['timestamp'],
    page: ChatPage,
  ): Promise<MessageDoc[]> => {
    const messages = await read('messages');
    const { account } = chat;
    const lists = await Promise.all(
      chat.addresses.map((key) => {
        const filter: Filter<Doc> = {
          account,
          chat: key,
          timestamp,
          ...kindOf(page),
          ...pastCursor(page.cursor),
        };
        return messages.find(filter, { projection: WITHOUT_RAW }).sort(NEWEST_FIRST).limit(wanted).toArray();
      }),
    );
    return lists.flat().filter(isSeen).filter(isOlder(page.cursor)).sort(byAge).slice(0, wanted);
  };

  const countOf: ChatPages['countOf'] = async (chat, page) => {
    if (!isFiltered(page)) return chat.count;
    const messages = await read('messages');
    const filter: Filter<Doc> = {
      account: chat.account,
      chat: { $in: [...chat.addresses] },
      timestamp: between(page),
      ...kindOf(page),
    };
    return messages.countDocuments(filter);
  };

  const pageOf: ChatPages['pageOf'] = async (chat, asked) => {
    const wanted = asked.offset + asked.limit + 1;
    const { cursor, before } = asked;
    // nothing at or after the cursor's second but what the cursor itself sorts out
    const upper =
      cursor === undefined ? before : Math.min(before ?? Number.MAX_SAFE_INTEGER, cursor.timestamp + 1);
    const page = { ...asked, before: upper };
    const isGuessable = page.after === undefined && page.type === undefined && page.fromMe === undefined;
    const start = isGuessable ? likelyStart(chat, wanted, upper) : null;
    if (start !== null) {
      const found = await newest(chat, wanted, between({ ...page, after: start - 1 }), page);
      if (found.length === wanted) return found;
    }
    return newest(chat, wanted, between(page), page);
  };

  return { pageOf, countOf };
};
