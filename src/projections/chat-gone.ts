import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { type ChatDoc, isAlias } from './chat-doc.ts';
import type { Messages } from './messages-model.ts';
import type { Change } from './projection.ts';

type Gone = Pick<ChatDoc, 'deletedTo' | 'clearedTo'>;

/** A chat that the phone has in its history is there, whatever a former link deleted. */
const there = ({ deletedTo, clearedTo }: ChatDoc): Gone => ({
  ...(typeof deletedTo === 'number' ? { deletedTo: null } : {}),
  ...(typeof clearedTo === 'number' ? { clearedTo: null } : {}),
});

/**
 * What an event says of a chat beside its own news: how much of it is gone from the phone, and with the last of it what
 * was unread. What came after `upTo` may be unread; how much of it is not known any more, so then all of it stays.
 */
export const goneWith = (chat: ChatDoc, event: Recorded<WildcatEvent>): Partial<ChatDoc> => {
  if (event.type === 'chat.imported') return there(chat);
  if (event.type !== 'chat.deleted' && event.type !== 'chat.cleared') return {};
  const { upTo } = event.data;
  // the phone keeps an entry for each way of doing it, and tells them all with a new link, in no order
  const field = event.type === 'chat.deleted' ? 'deletedTo' : 'clearedTo';
  const gone = { [field]: Math.max(chat[field] ?? 0, upTo) };
  return (chat.at ?? 0) <= upTo ? { ...gone, unread: 0, markedUnread: false } : gone;
};

const isDeleted = ({ deletedTo, at = 0 }: ChatDoc): boolean =>
  typeof deletedTo === 'number' && at <= deletedTo;

/** A chat says whether it is deleted: by the time of its last message, whatever order all that was told in. */
export const withDeletedChat = (change: Change<Messages>): Change<Messages> => {
  const { collection, doc } = change;
  if (collection !== 'chats' || doc === null || isAlias(doc)) return change;
  if (isDeleted(doc) === (doc.deleted === true)) return change;
  const { deleted: _, ...rest } = doc;
  return { collection, doc: isDeleted(doc) ? { ...rest, deleted: true } : rest };
};
