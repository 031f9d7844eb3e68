import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { keyOf } from '../events/ids.ts';
import { isAfter, type Moment } from '../events/moment.ts';
import type { EventLog, LogEntry } from '../ports/event-log.ts';
import { isSeen, type MessageDoc, messageIds, type ShadowDoc } from '../projections/message-doc.ts';
import { messagesProjection } from '../projections/messages.ts';
import type { TotalsDoc } from '../projections/messages-model.ts';
import { asView, reads } from '../projections/projection.ts';
import { foldInMemory } from '../projections/runner/in-memory.ts';
import type { MessageAnswer } from './message-answer.ts';
import type { MessageQueries, Paged } from './messages.ts';
import { findChat } from './names.ts';
import type { Cursor } from './newest.ts';
import { cursorAfter, type Page } from './pages.ts';
import { byAge, WITHOUT_RAW } from './stored-messages.ts';
import type { ReadViews } from './views.ts';

/** An event of a message's history. `changed`: whether it left the message other than it was. */
export type HistoryEvent = Readonly<{ event: Recorded<WildcatEvent>; changed: boolean }>;

type PastQueries = Readonly<{
  /** As `ofChat`, of that moment. */
  ofChat: (account: string, chatId: string, page: Page & Readonly<{ at: Moment }>) => Promise<Paged>;
  /** As `find`, of that moment; null for messages that nothing is known of now, too. */
  find: (
    account: string,
    messageId: string,
    asked: Readonly<{ chatId?: string | undefined; at: Moment }>,
  ) => Promise<MessageAnswer | null>;
  /** All events about a message, oldest first; null where there is none. */
  history: (account: string, messageId: string, chatId?: string) => Promise<readonly HistoryEvent[] | null>;
  /** Whether the log told of a message, or of any in a chat, up to a position, as the view has it. */
  toldBy: (
    seq: number,
    account: string,
    asked: Readonly<{ messageId?: string; chatId?: string | undefined }>,
  ) => Promise<boolean>;
}>;

type Deps = Readonly<{
  log: Pick<EventLog, 'read'>;
  read: ReadViews;
  messages: Pick<MessageQueries, 'answer' | 'findDoc'>;
}>;

const VIEW = asView(messagesProjection);
const NOW: Moment = { seq: Number.MAX_SAFE_INTEGER };

/** Without what only weighs: that it had a raw form is all the fold asks. */
const light = (event: Recorded<WildcatEvent>): Recorded<WildcatEvent> =>
  event.raw === undefined ? event : { ...event, raw: '' };

/** The event of an entry that the view reads. Throws what keeps it from being read. */
const eventOf = (entry: LogEntry): Recorded<WildcatEvent>[] => {
  if (entry.kind === 'event') return [light(entry.event)];
  if (entry.kind === 'undecodable' && reads(VIEW, entry.aggregate)) throw entry.error;
  return [];
};

const isWanted = (doc: MessageDoc, { before, after, type, fromMe }: Page): boolean =>
  (before === undefined || doc.timestamp < before) &&
  (after === undefined || doc.timestamp > after) &&
  (type === undefined || doc.content.type === type) &&
  (fromMe === undefined || doc.fromMe === fromMe);

/** Whether a message comes after the one that a cursor names, newest first. */
const isOlder =
  (cursor: Cursor | undefined) =>
  ({ timestamp, seq }: MessageDoc): boolean =>
    cursor === undefined ||
    timestamp < cursor.timestamp ||
    (timestamp === cursor.timestamp && seq < cursor.seq);

/** Ids of the message that an event is about which the view does not fold. */
const unfoldedIds = (event: Recorded<WildcatEvent>): string[] => {
  const { account } = event;
  switch (event.type) {
    case 'message.send_attempted':
      return messageIds(account, { ...event.data, from: null }, true);
    case 'media.stored':
    case 'media.failed':
      return messageIds(account, event.data, event.data.fromMe);
    default:
      return [];
  }
};

/** What was known of a chat at some moment: folded from the chat's own part of the log, page by page. */
export const createPastQueries = ({ log, read, messages }: Deps): PastQueries => {
  /** What the log holds of a chat under all its addresses, and of its account's own life. */
  async function* chatEvents(
    account: string,
    keys: readonly string[],
    at: Moment,
  ): AsyncGenerator<Recorded<WildcatEvent>, void> {
    const subjects = [
      ...keys.map((key) => `wildcat.${account}.*.*.${key}`),
      `wildcat.${account}.account.*._`,
    ];
    for await (const entries of log.read({ subjects, after: 0 }))
      for (const event of entries.flatMap(eventOf)) {
        if (isAfter(at, event)) return;
        yield event;
      }
  }
  const keysOf = async (account: string, chatId: string): Promise<readonly string[]> =>
    (await findChat(read, account, chatId))?.addresses ?? [keyOf(chatId)];
  const messagesAt = async (
    account: string,
    keys: readonly string[],
    at: Moment,
  ): Promise<Readonly<{ docs: MessageDoc[]; linkedAt: number }>> => {
    const view = foldInMemory(VIEW);
    for await (const event of chatEvents(account, keys, at))
      if (reads(VIEW, event.type)) await view.fold(event);
    // the view's own fold wrote them
    const all = view.documents('messages') as readonly (MessageDoc | ShadowDoc)[];
    const [totals] = view.documents('totals') as readonly TotalsDoc[];
    const docs = all.filter(isSeen).filter(({ chat }) => keys.includes(chat));
    return { docs: docs.sort(byAge), linkedAt: totals?.linkedAt ?? 0 };
  };

  return {
    ofChat: async (account, chatId, page) => {
      const { docs, linkedAt } = await messagesAt(account, await keysOf(account, chatId), page.at);
      const wanted = docs.filter((doc) => isWanted(doc, page));
      const { limit, offset, cursor } = page;
      const rest = wanted.filter(isOlder(cursor)).slice(offset);
      const shown = rest.slice(0, limit);
      const hasMore = rest.length > limit;
      return {
        messages: await messages.answer(shown, [], linkedAt),
        total: wanted.length,
        hasMore,
        nextCursor: hasMore ? cursorAfter(shown) : null,
      };
    },
    find: async (account, messageId, { chatId, at }) => {
      const now = await messages.findDoc(account, messageId, chatId, WITHOUT_RAW);
      if (now === null) return null;
      const keys = await keysOf(account, now.chatAddress.jid);
      const { docs, linkedAt } = await messagesAt(account, keys, at);
      const then = docs.find(({ _id }) => _id === now._id);
      return then === undefined ? null : ((await messages.answer([then], [], linkedAt))[0] ?? null);
    },
    history: async (account, messageId, chatId) => {
      const doc = await messages.findDoc(account, messageId, chatId, WITHOUT_RAW);
      if (doc === null) return null;
      const { waId, chatAddress: chat, from, fromMe } = doc;
      const ids = new Set([doc._id, ...messageIds(account, { waId, chat, from }, fromMe)]);
      const view = foldInMemory(VIEW);
      const history: HistoryEvent[] = [];
      for await (const event of chatEvents(account, await keysOf(account, chat.jid), NOW)) {
        const isRead = reads(VIEW, event.type);
        const writes = isRead ? await view.fold(event) : [];
        const touched = isRead ? VIEW.touches(event).map(({ id }) => id) : [];
        const changed = writes.some(({ collection, id }) => collection === 'messages' && ids.has(id));
        if (changed || [...touched, ...unfoldedIds(event)].some((id) => ids.has(id)))
          history.push({ event, changed });
      }
      return history;
    },
    toldBy: async (seq, account, { messageId, chatId }) => {
      if (messageId !== undefined) {
        const doc = await messages.findDoc(account, messageId, chatId, WITHOUT_RAW);
        return doc !== null && doc.seq <= seq;
      }
      const { addresses = [] } = chatId === undefined ? {} : ((await findChat(read, account, chatId)) ?? {});
      const filter = { account, chat: { $in: [...addresses] }, timestamp: { $gte: 0 }, seq: { $lte: seq } };
      return (await (await read('messages')).findOne(filter, { projection: { _id: 1 } })) !== null;
    },
  };
};
