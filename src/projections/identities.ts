import { type Address, keyOf, sameJid } from '../events/ids.ts';
import { type AliasDoc, type ChatDoc, emptyChat, isAlias, withAddress } from './chat-doc.ts';
import type { Changes, MessagesDocs } from './messages-model.ts';

type Link = Readonly<{ account: string; lid: string; pn: string }>;

/** WhatsApp has given the number to another LID: what was said under it stays where it is, new sends go to the new. */
const relink = (docs: MessagesDocs, { account, lid, pn }: Link, alias: AliasDoc): Changes => {
  const key = keyOf(lid);
  const chat = docs('chats', `${account}/${key}`);
  const holder = alias.lid === key ? null : docs('chats', `${account}/${alias.lid}`);
  const own = chat === null || isAlias(chat) ? emptyChat(account, lid) : chat;
  if (alias.lid === key && own.pn === pn) return [];
  const released = (old: ChatDoc): ChatDoc => {
    const { pn: _, ...rest } = old;
    return rest;
  };
  const loses = holder !== null && !isAlias(holder) && holder.pn !== undefined && sameJid(holder.pn, pn);
  return [
    { collection: 'chats', doc: { ...own, pn } },
    { collection: 'chats', doc: { ...alias, lid: key } },
    ...(loses ? [{ collection: 'chats', doc: released(holder) } as const] : []),
  ];
};

/** One person is one chat: what was said to the number joins what was said to the LID. */
export const link = (docs: MessagesDocs, jids: Link): Changes => {
  const { account, lid, pn } = jids;
  const [key, number] = [keyOf(lid), keyOf(pn)];
  if (!key.startsWith('l') || !number.startsWith('p')) return [];
  const byNumber = docs('chats', `${account}/${number}`);
  if (byNumber !== null && isAlias(byNumber)) return relink(docs, jids, byNumber);
  const byLid = docs('chats', `${account}/${key}`);
  const chat = byLid === null || isAlias(byLid) ? emptyChat(account, lid) : byLid;
  const joined = withAddress(chat, byNumber ?? emptyChat(account, pn));
  return [
    { collection: 'chats', doc: { ...joined, pn } },
    { collection: 'chats', doc: { _id: `${account}/${number}`, account, key: number, into: key, lid: key } },
  ];
};

/**
 * What an address that names both says, where nothing was known of the number: events are not the place to learn that
 * a number changed hands.
 */
export const firstLink = (docs: MessagesDocs, account: string, { jid, alt }: Address): Changes => {
  if (alt === undefined) return [];
  const byNumber = docs('chats', `${account}/${keyOf(alt)}`);
  return byNumber !== null && isAlias(byNumber) ? [] : link(docs, { account, lid: jid, pn: alt });
};
