import type { Filter } from 'mongodb';
import type { Content } from '../events/messages.ts';
import { isSeen, type MessageDoc, type ShadowDoc } from '../projections/message-doc.ts';
import { byAge, NEWEST_FIRST, WITHOUT_RAW } from './stored-messages.ts';
import type { ReadViews } from './views.ts';

/** Where a page ends: time and position of its last message. */
export type Cursor = Readonly<{ timestamp: number; seq: number }>;

/** Where messages are looked for: a chat, under each of its addresses, or (null) a whole account. Times in unix seconds. */
export type Place = Readonly<{
  account: string;
  addresses: readonly string[] | null;
  count: number;
  at?: number;
  firstAt?: number;
}>;

/** `before` and `after` are exclusive, in unix seconds. With a `cursor` the page begins after the message that it names. */
export type Page = Readonly<{
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
export const cursorAfter = (docs: readonly Cursor[]): string | null => {
  const last = docs.at(-1);
  return last === undefined ? null : Buffer.from(`${last.timestamp}.${last.seq}`).toString('base64url');
};

/**
 * From when on the newest `wanted` messages before `upper` should be found, if they are spread evenly; null where
 * that is not worth a guess. A bound spares a server that sorts by hand most of them.
 */
export const likelyStart = (place: Place, wanted: number, upper: number | undefined): number | null => {
  const { at = 0, firstAt = 0, count } = place;
  if (count < 8 * wanted) return null;
  return Math.max(firstAt, Math.min(upper ?? at, at) - Math.ceil(((at - firstAt) * 4 * wanted) / count));
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

/** Exclusive: nothing at or after it but what the cursor itself sorts out within its second. */
export const upperOf = ({ before, cursor }: Pick<Page, 'before' | 'cursor'>): number | undefined =>
  cursor === undefined ? before : Math.min(before ?? Number.MAX_SAFE_INTEGER, cursor.timestamp + 1);

/** Beside `upperOf`, what sorts out the cursor's own second. */
export const pastCursor = (cursor: Cursor | undefined): Filter<Doc> =>
  cursor === undefined
    ? {}
    : { $or: [{ timestamp: { $lt: cursor.timestamp } }, { seq: { $lt: cursor.seq } }] };

export type Pages = Readonly<{
  /** The `limit + 1` messages behind `offset` that the page asks for, newest first: one more tells whether more follow. */
  pageOf: (place: Place, page: Page) => Promise<MessageDoc[]>;
  /** How many there are without paging. */
  countOf: (place: Place, page: Page) => Promise<number>;
}>;

/** Pages of chats and accounts: one query per address, merged. */
export const createPages = (read: ReadViews): Pages => {
  /** Those with these times that the page asks for. */
  const newest = async (
    { account, addresses }: Place,
    timestamp: Filter<Doc>['timestamp'],
    page: Page,
  ): Promise<MessageDoc[]> => {
    const messages = await read('messages');
    const common: Filter<Doc> = { account, timestamp, ...kindOf(page), ...pastCursor(page.cursor) };
    const places = addresses === null ? [common] : addresses.map((chat) => ({ ...common, chat }));
    // what is skipped need not come here, unless it has to be merged first
    const [there, here] = places.length === 1 ? [page.offset, 0] : [0, page.offset];
    const wanted = here + page.limit + 1;
    const lists = await Promise.all(
      places.map((filter) =>
        messages
          .find(filter, { projection: WITHOUT_RAW })
          .sort(NEWEST_FIRST)
          .skip(there)
          .limit(wanted)
          .toArray(),
      ),
    );
    return lists.flat().filter(isSeen).sort(byAge).slice(here, wanted);
  };

  const countOf: Pages['countOf'] = async (place, page) => {
    if (!isFiltered(page)) return place.count;
    const messages = await read('messages');
    const { account, addresses } = place;
    const chat = addresses === null ? {} : { chat: { $in: [...addresses] } };
    return messages.countDocuments({ account, ...chat, timestamp: between(page), ...kindOf(page) });
  };

  const pageOf: Pages['pageOf'] = async (place, asked) => {
    const upper = upperOf(asked);
    const page = { ...asked, before: upper };
    const isGuessable = page.after === undefined && page.type === undefined && page.fromMe === undefined;
    const start = isGuessable ? likelyStart(place, asked.offset + asked.limit + 1, upper) : null;
    if (start !== null) {
      const found = await newest(place, between({ ...page, after: start - 1 }), page);
      if (found.length > page.limit) return found;
    }
    return newest(place, between(page), page);
  };

  return { pageOf, countOf };
};
