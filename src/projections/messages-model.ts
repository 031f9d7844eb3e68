import { type Address, keyOf } from '../events/ids.ts';
import { type AliasDoc, type ChatDoc, emptyChat, isAlias } from './chat-doc.ts';
import type { LifeDoc } from './lives.ts';
import type { MessageDoc, ShadowDoc } from './message-doc.ts';
import { type Change, type Docs, idOf, type Ref } from './projection.ts';

/**
 * How many messages an account has, when the last and the first of them were (unix seconds, missing where there are
 * none), and which of its lives they belong to: late facts of a dead one are ignored.
 */
export type TotalsDoc = LifeDoc & Readonly<{ messages: number; at?: number; firstAt?: number }>;

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

/** The chat that messages under an address belong to. */
export const chatOf = (docs: MessagesDocs, account: string, { jid }: Address): ChatDoc => {
  const named = docs('chats', `${account}/${keyOf(jid)}`);
  const found = named !== null && isAlias(named) ? docs('chats', `${account}/${named.into}`) : named;
  return found === null || isAlias(found) ? emptyChat(account, jid) : found;
};

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
