import type { Filter } from 'mongodb';
import type { Content } from '../events/messages.ts';
import type { MessageDoc, ShadowDoc } from '../projections/message-doc.ts';
import { type Cursor, newestIn, type Place, type Source, type Span } from './newest.ts';
import { NEWEST_FIRST, WITHOUT_RAW } from './stored-messages.ts';
import type { ReadViews } from './views.ts';

/** `limit` and all that narrows what is looked at. */
export type Page = Span &
  Readonly<{
    type?: Content['type'] | undefined;
    fromMe?: boolean | undefined;
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
export const cursorAfter = (docs: readonly Cursor[]): string | null => {
  const last = docs.at(-1);
  return last === undefined ? null : Buffer.from(`${last.timestamp}.${last.seq}`).toString('base64url');
};

/** Exclusive bounds as a filter; shadows, which have no time, are in none. */
const between = ({ before, after }: Pick<Page, 'before' | 'after'>) => ({
  ...(after === undefined ? { $gte: 0 } : { $gt: after }),
  ...(before === undefined ? {} : { $lt: before }),
});

const kindOf = ({ type, fromMe }: Page): Filter<Doc> => ({
  ...(type === undefined ? {} : { 'content.type': type }),
  ...(fromMe === undefined ? {} : { fromMe }),
});

const isFiltered = ({ before, after, type, fromMe }: Page): boolean =>
  [before, after, type, fromMe].some((one) => one !== undefined);

export type Pages = Readonly<{
  /** The `limit + 1` messages behind `offset` that the page asks for, newest first: one more tells whether more follow. */
  pageOf: (place: Place, page: Page) => Promise<MessageDoc[]>;
  /** How many there are without paging. */
  countOf: (place: Place, page: Page) => Promise<number>;
}>;

/** Pages of chats and accounts. */
export const createPages = (read: ReadViews): Pages => {
  const countOf: Pages['countOf'] = async (place, page) => {
    if (!isFiltered(page)) return place.count;
    const messages = await read('messages');
    const { account, addresses } = place;
    const chat = addresses === null ? {} : { chat: { $in: [...addresses] } };
    return messages.countDocuments({ account, ...chat, timestamp: between(page), ...kindOf(page) });
  };

  const pageOf: Pages['pageOf'] = async (place, page) => {
    const messages = await read('messages');
    const kind = kindOf(page);
    const source: Source<MessageDoc> = {
      find: (where, skip, limit) =>
        messages
          .find<MessageDoc>({ ...where, ...kind }, { projection: WITHOUT_RAW })
          .sort(NEWEST_FIRST)
          .skip(skip)
          .limit(limit)
          .batchSize(limit)
          .toArray(),
      count: (where) => messages.countDocuments({ ...where, ...kind }),
      isEven: page.type === undefined && page.fromMe === undefined,
    };
    return newestIn(source, place, { ...page, limit: page.limit + 1 });
  };

  return { pageOf, countOf };
};
