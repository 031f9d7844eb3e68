import type { Filter } from 'mongodb';
import type { Content } from '../events/messages.ts';
import type { MessageDoc, ShadowDoc } from '../projections/message-doc.ts';
import { type Cursor, countIn, newestIn, type Place, type Source, type Span } from './newest.ts';
import { WITHOUT_RAW } from './stored-messages.ts';
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

const kindOf = ({ type, fromMe }: Page): Filter<Doc> => ({
  ...(type === undefined ? {} : { 'content.type': type }),
  ...(fromMe === undefined ? {} : { fromMe }),
});

const isFiltered = ({ before, after, type, fromMe }: Page): boolean =>
  [before, after, type, fromMe].some((one) => one !== undefined);

type Pages = Readonly<{
  /** The `limit + 1` messages behind `offset` that the page asks for, newest first: one more tells whether more follow. */
  pageOf: (place: Place, page: Page) => Promise<MessageDoc[]>;
  /** How many there are without paging. */
  countOf: (place: Place, page: Page) => Promise<number>;
}>;

/** Pages of chats and accounts. */
export const createPages = (read: ReadViews): Pages => {
  const sourceOf = async (page: Page): Promise<Source<MessageDoc>> => {
    const messages = await read('messages');
    const kind = kindOf(page);
    return {
      find: (where) => messages.find<MessageDoc>({ ...where, ...kind }, { projection: WITHOUT_RAW }),
      count: (where) => messages.countDocuments({ ...where, ...kind }),
      isEven: page.type === undefined && page.fromMe === undefined,
    };
  };
  const countOf: Pages['countOf'] = async (place, page) => {
    if (!isFiltered(page)) return place.count;
    const { before, after } = page;
    const { count } = await sourceOf(page);
    return countIn(count, place, { before, after });
  };

  const pageOf: Pages['pageOf'] = async (place, page) => {
    const source = await sourceOf(page);
    return newestIn(source, place, { ...page, limit: page.limit + 1 });
  };

  return { pageOf, countOf };
};
