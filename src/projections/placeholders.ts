import { asRead, withoutMessage, withReadable } from './chat-doc.ts';
import { isSeen, type MessageDoc, messageIds } from './message-doc.ts';
import { type Arrival, messageDocOf, type Remark } from './message-fold.ts';
import { type Changes, chatHolding, type MessagesDocs, type TotalsDoc } from './messages-model.ts';
import { isNotice } from './notices.ts';

/** Ids of the message that brought a remark: none to a reader, but it may have had a placeholder. */
export const carrierIds = ({ account, data }: Remark): string[] => messageIds(account, data, data.fromMe);

/** What could not be read turns out to be a reaction, an edit, …: its placeholder stood for no message. */
export const vanish = (docs: MessagesDocs, totals: TotalsDoc, event: Remark): Changes => {
  const placeholder = carrierIds(event)
    .map((id) => docs('messages', id))
    .filter(isSeen)
    .find(({ undecryptable }) => undecryptable !== undefined);
  const chat = placeholder === undefined ? null : chatHolding(docs, placeholder, event.data.chat);
  if (placeholder === undefined || chat === null) return [];
  return [
    { collection: 'messages', id: placeholder._id, doc: null },
    { collection: 'chats', doc: withoutMessage(chat, placeholder) },
    { collection: 'totals', doc: { ...totals, messages: totals.messages - 1 } },
  ];
};

/** The real message in place of its placeholder, with what was noted of that one. */
export const replace = (docs: MessagesDocs, placeholder: MessageDoc, event: Arrival): Changes => {
  const { undecryptable: _, ...rest } = placeholder;
  const told = messageDocOf(event);
  const { content, from, pushName, raw, rawRef } = told;
  // `told` first: what the phone remembers of it (reactions, a deletion) stands where nothing newer does
  const real: MessageDoc = { ...told, ...rest, content, from, pushName, raw, rawRef, updatedAt: event.at };
  const chat = chatHolding(docs, real, event.data.chat);
  if (chat === null) return [{ collection: 'messages', doc: real }];
  const read = isNotice(event) ? asRead(chat, real) : chat;
  return [
    { collection: 'messages', doc: real },
    { collection: 'chats', doc: withReadable(read, real) },
  ];
};
