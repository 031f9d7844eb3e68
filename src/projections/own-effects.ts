import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { withNews } from './chat-doc.ts';
import { isSeen, type MessageDoc, type ShadowDoc } from './message-doc.ts';
import { type Changes, chatHolding, type MessagesDocs } from './messages-model.ts';
import { remark } from './remarks.ts';

/** What an own send does once it is sent, beside being there: to the message that it is about, or to its chat. */
export const effectOf = (
  docs: MessagesDocs,
  sent: MessageDoc | ShadowDoc,
  { at, seq }: Recorded<WildcatEvent>,
): Changes => {
  if (sent.remark !== undefined) return remark(docs, sent.remark, at);
  if (!isSeen(sent) || sent.timer === undefined) return [];
  const chat = chatHolding(docs, sent, sent.chatAddress);
  if (chat === null) return [];
  return [{ collection: 'chats', doc: withNews(chat, { disappearing: sent.timer }, { seq, since: seq }) }];
};
