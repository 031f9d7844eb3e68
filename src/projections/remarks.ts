import { isGroup } from '../events/ids.ts';
import { addressKeys, sameAddress } from './addresses.ts';
import { withChangedMessage } from './chat-doc.ts';
import {
  concerns,
  isSeen,
  type MessageDoc,
  messageIds,
  type Said,
  type ShadowDoc,
  withEdit,
  withPin,
} from './message-doc.ts';
import { withReaction, withVote } from './message-people.ts';
import {
  type Changes,
  chatHolding,
  chatRef,
  type Messages,
  type MessagesDocs,
  messageRef,
} from './messages-model.ts';
import type { Ref } from './projection.ts';

/** Ids of the message that it is about, canonical one first. */
export const targetIds = ({ account, target, chat }: Said): string[] =>
  messageIds(account, { waId: target.waId, chat, from: target.author }, target.fromMe);

/** The documents that it may change. */
export const targetRefs = (said: Said): Ref<Messages>[] => [
  ...targetIds(said).map(messageRef),
  ...addressKeys(said.chat).map((key) => chatRef(said.account, key)),
];

/** The message that an event is about: as seen, as a shadow, or as a new shadow. */
export const aboutMessage = (docs: MessagesDocs, ids: readonly string[]): MessageDoc | ShadowDoc => {
  const candidates = ids.map((id) => docs('messages', id)).filter((doc) => doc !== null);
  return candidates.find(isSeen) ?? candidates[0] ?? { _id: ids[0] ?? '' };
};

/**
 * Who may change a message: its author; in a group an admin may take others' back, as far as WhatsApp told who is one.
 * Anybody may pin who is in the chat: a group that keeps it to admins has WhatsApp see to that, if it was told.
 */
export const isEntitled = ({ kind, target, fromMe, from, chat, byAdmin, declared }: Said): boolean => {
  if (kind === 'react' || kind === 'vote') return true;
  if (kind === 'pin') return !isGroup(chat.jid) || declared !== false;
  const isAuthor = target.fromMe ? fromMe : !fromMe && sameAddress(from, target.author);
  return isAuthor || (kind === 'revoke' && isGroup(chat.jid) && byAdmin !== false);
};

const remarked = (message: MessageDoc | ShadowDoc, said: Said): MessageDoc | ShadowDoc => {
  const { kind, timestamp, waId, from, fromMe } = said;
  switch (kind) {
    case 'edit':
      return said.content === undefined
        ? message
        : withEdit(message, { id: waId, timestamp, content: said.content });
    case 'revoke':
      return message.revokedAt === undefined ? { ...message, revokedAt: timestamp } : message;
    case 'pin': {
      const pin = { id: waId, on: said.seconds !== 0, from, fromMe, timestamp };
      const until = said.seconds ? { until: timestamp + said.seconds } : {};
      return withPin(message, { ...pin, ...until });
    }
    case 'react':
      return withReaction(message, { from, fromMe, emoji: said.emoji ?? '', timestamp });
    case 'vote':
      return withVote(message, { from, fromMe, options: said.options ?? [], timestamp });
  }
};

/** What becomes of the message that it is about; of one that was not seen yet it is noted for later. `at`: ISO. */
export const remark = (docs: MessagesDocs, said: Said, at: string): Changes => {
  const message = aboutMessage(docs, targetIds(said));
  if (!concerns(message, said.chat) || !isEntitled(said)) return [];
  const noted = remarked(message, said);
  if (noted === message) return [];
  if (!isSeen(noted)) return [{ collection: 'messages', doc: noted }];
  const doc = { ...noted, updatedAt: at };
  const chat = chatHolding(docs, doc, said.chat);
  const shown: Changes = chat === null ? [] : [{ collection: 'chats', doc: withChangedMessage(chat, doc) }];
  return [{ collection: 'messages', doc }, ...shown];
};
