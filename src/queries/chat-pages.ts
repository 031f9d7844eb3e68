import type { Filter, FindCursor } from 'mongodb';
import { type AliasDoc, type ChatDoc, isAlias } from '../projections/chat-doc.ts';
import type { TotalsDoc } from '../projections/messages-model.ts';
import type { ReadViews } from './views.ts';

/** Where a page of chats ends: at the chat with this key, whose last message is of this unix second. */
type ChatCursor = Readonly<{ at: number; key: string }>;

/** All of them without a `limit`. */
export type ChatPage = Readonly<{
  limit?: number | undefined;
  offset?: number | undefined;
  cursor?: ChatCursor | undefined;
  /** Whether something is unread there, or it is marked as unread. */
  unread?: boolean | undefined;
  archived?: boolean | undefined;
  /** Those that were deleted on the phone, or (unless said) all others. */
  deleted?: boolean | undefined;
}>;

/** `linkedAt`: position of the account's last link to a phone. */
type FoundChats = Readonly<{
  docs: readonly ChatDoc[];
  linkedAt: number;
  hasMore: boolean;
  nextCursor: string | null;
}>;

type Doc = ChatDoc | AliasDoc;
type Totals = Partial<TotalsDoc> & Pick<TotalsDoc, '_id'>;
type Where = Filter<Doc>;

const CURSOR = /^([0-9]{1,12})\.(.{1,300})$/s;

/** A cursor as clients pass it on, or null where it is none. */
export const parseChatCursor = (text: string): ChatCursor | null => {
  const [, at, key] = CURSOR.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  return at === undefined || key === undefined ? null : { at: Number(at), key };
};

const cursorAt = ({ at = 0, key }: ChatDoc): string => Buffer.from(`${at}.${key}`).toString('base64url');

/** What is set counts as far as it was told since the account's last link, which stands at this position. */
const isSet = (setting: 'archived' | 'markedUnread', linkedAt: number): Where => ({
  [setting]: true,
  [`toldAt.${setting}`]: { $gte: linkedAt },
});

// without `$or`, for which a stand-in reads the whole collection
const kindOf = ({ unread, archived, deleted = false }: ChatPage, linkedAt: number): Where => {
  const [isArchived, isMarked] = [isSet('archived', linkedAt), isSet('markedUnread', linkedAt)];
  const nothingNew = { unread: { $not: { $gt: 0 } } };
  const not = [
    ...(unread === true ? [{ ...nothingNew, $nor: [isMarked] }] : []),
    ...(unread === false ? [isMarked] : []),
    ...(archived === false ? [isArchived] : []),
    ...(deleted ? [] : [{ deleted: true }]),
  ];
  return {
    ...(unread === false ? nothingNew : {}),
    ...(archived === true ? isArchived : {}),
    ...(deleted ? { deleted: true } : {}),
    ...(not.length > 0 ? { $nor: not } : {}),
  };
};

/** Runs of the index, in order. Both times are exclusive. */
const runsOf = (account: string, after: number, cursor?: ChatCursor): Where[] =>
  cursor === undefined
    ? [{ account, at: { $gt: after } }]
    : [
        { account, at: cursor.at, _id: { $gt: `${account}/${cursor.key}` } },
        { account, at: { $gt: after, $lt: cursor.at } },
      ];

const DAY_S = 86_400;
/** How far back chats are looked for, in turn: a server that sorts by hand whatever it may look at looks at less. */
const REACHES = [DAY_S, 16 * DAY_S, 256 * DAY_S, Number.POSITIVE_INFINITY];

/** Pages of the chats of an account in which something was said, the one with the newest message first. */
export const createChatPages = (
  read: ReadViews,
): ((account: string, page: ChatPage) => Promise<FoundChats>) => {
  const found = async (
    find: (where: Where) => FindCursor<Doc>,
    runs: readonly Where[],
    { offset = 0, limit }: ChatPage,
  ) => {
    // what is skipped need not come here, unless it has to be put together first
    const [there, here] = runs.length === 1 ? [offset, 0] : [0, offset];
    const most = limit === undefined ? 0 : here + limit + 1; // one more tells whether more follow
    const lists = await Promise.all(
      runs.map((where) => find(where).sort({ at: -1, _id: 1 }).skip(there).limit(most).toArray()),
    );
    return lists.flat().slice(here, limit === undefined ? undefined : most);
  };

  const reached = async (totals: Totals, page: ChatPage): Promise<Doc[]> => {
    const { limit, cursor } = page;
    const { _id: account, at = 0, firstAt = 0, linkedAt = 0 } = totals;
    const chats = await read('chats');
    const kind = kindOf(page, linkedAt);
    const find = (where: Where) => chats.find({ ...where, ...kind });
    const newest = cursor?.at ?? at;
    for (const reach of limit === undefined ? [] : REACHES) {
      const after = newest - reach;
      if (after < firstAt) break; // so far it may be all of them: no need to ask twice
      const docs = await found(find, runsOf(account, after, cursor), page);
      if (limit !== undefined && docs.length > limit) return docs;
    }
    return found(find, runsOf(account, -1, cursor), page);
  };

  return async (account, page) => {
    const totals: Totals = (await (await read('totals')).findOne({ _id: account })) ?? { _id: account };
    const docs = (await reached(totals, page)).filter((doc): doc is ChatDoc => !isAlias(doc));
    const shown = docs.slice(0, page.limit);
    const hasMore = docs.length > shown.length;
    const last = shown.at(-1);
    const nextCursor = hasMore && last !== undefined ? cursorAt(last) : null;
    return { docs: shown, linkedAt: totals.linkedAt ?? 0, hasMore, nextCursor };
  };
};
