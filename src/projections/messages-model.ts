import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { type Address, keyOf } from '../events/ids.ts';
import { addressKeys } from './addresses.ts';
import { type AliasDoc, type ChatDoc, emptyChat, isAlias } from './chat-doc.ts';
import type { LifeDoc } from './lives.ts';
import { isSeen, type MessageDoc, type ShadowDoc } from './message-doc.ts';
import { type Change, type Docs, idOf, type Ref } from './projection.ts';

/**
 * How many messages an account has, when the last and the first of them were (unix seconds, missing where there are
 * none), and which of its lives they belong to: late facts of a dead one are ignored. `linkedAt`: position of its
 * last link to a phone.
 */
export type TotalsDoc = LifeDoc &
  Readonly<{ messages: number; at?: number; firstAt?: number; linkedAt?: number }>;

export type Messages = {
  messages: MessageDoc | ShadowDoc;
  chats: ChatDoc | AliasDoc;
  totals: TotalsDoc;
};

export type MessagesDocs = Docs<Messages>;
export type Changes = readonly Change<Messages>[];

export const chatRef = (account: string, key: string): Ref<Messages> => ({
  collection: 'chats',
  id: `${account}/${key}`,
});

export const messageRef = (id: string): Ref<Messages> => ({ collection: 'messages', id });

/** A message as an event has left it. */
export const changed = (
  message: MessageDoc | ShadowDoc,
  event: Recorded<WildcatEvent>,
): Change<Messages> => ({
  collection: 'messages',
  doc: isSeen(message) ? { ...message, updatedAt: event.at } : message,
});

const chatAt = (docs: MessagesDocs, account: string, key: string): ChatDoc | null => {
  const named = docs('chats', `${account}/${key}`);
  const found = named !== null && isAlias(named) ? docs('chats', `${account}/${named.into}`) : named;
  return found === null || isAlias(found) ? null : found;
};

/** The chat that messages under an address belong to. */
export const chatOf = (docs: MessagesDocs, account: string, { jid }: Address): ChatDoc =>
  chatAt(docs, account, keyOf(jid)) ?? emptyChat(account, jid);

/** The chat that a message is counted in, looked for under what an event in it calls it; null where it is not known so. */
export const chatHolding = (
  docs: MessagesDocs,
  { account, chat }: MessageDoc,
  called: Address,
): ChatDoc | null =>
  addressKeys(called)
    .map((key) => chatAt(docs, account, key))
    .find((one) => one?.addresses.includes(chat)) ?? null;

/** The documents as they are after these changes, of which there are few. */
export const after = (docs: MessagesDocs, changes: Changes): MessagesDocs =>
  changes.length === 0
    ? docs
    : (collection, id) => {
        const change = changes.findLast((one) => one.collection === collection && idOf(one) === id);
        // a change is of the collection that it was found under
        return change === undefined
          ? docs(collection, id)
          : (change.doc as ReturnType<typeof docs<typeof collection>>);
      };
