import { concerns, type MessageDoc, messageIds, type ShadowDoc } from './message-doc.ts';
import { type Of, oneOf } from './message-fold.ts';
import { type Changes, changed, type MessagesDocs } from './messages-model.ts';
import { aboutMessage } from './remarks.ts';

const MARKS = ['message.starred', 'message.unstarred', 'message.deleted_for_me'] as const;
/** What a person marks for nobody but themselves. */
type Mark = Of<(typeof MARKS)[number]>;
export const isMark = oneOf(MARKS);

/** Ids of the message that is marked, canonical one first. */
export const markedIds = ({ account, data: { chat, target } }: Mark): string[] =>
  messageIds(account, { waId: target.waId, chat, from: target.author }, target.fromMe);

const marked = (message: MessageDoc | ShadowDoc, { type, seq, data }: Mark): MessageDoc | ShadowDoc => {
  if (type !== 'message.deleted_for_me')
    return { ...message, starred: type === 'message.starred', starredSeq: seq };
  return message.deletedForMeAt === undefined ? { ...message, deletedForMeAt: data.at } : message;
};

/** What becomes of the message that is marked; of one that was not seen yet it is noted for later. */
export const mark = (docs: MessagesDocs, event: Mark): Changes => {
  const message = aboutMessage(docs, markedIds(event));
  if (!concerns(message, event.data.chat)) return [];
  const noted = marked(message, event);
  return noted === message ? [] : [changed(noted, event)];
};

/**
 * A message with what the phone remembers of it: it may have been starred while nobody here was told. What was told
 * since the account was linked (`since`, a position) is newer.
 */
export const withStar = (
  known: MessageDoc,
  { starred, starredSeq }: MessageDoc,
  since: number,
): MessageDoc =>
  starred === undefined || starredSeq === undefined || (known.starredSeq ?? 0) > since
    ? known
    : { ...known, starred, starredSeq };
