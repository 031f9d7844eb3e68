import { type Address, isLid, keyOf, parseJid } from '../events/ids.ts';
import type { Content } from '../events/messages.ts';
import { type AliasDoc, type ChatDoc, isAlias } from '../projections/chat-doc.ts';
import { gathered } from './gathered.ts';
import type { ReadViews } from './views.ts';

/** Under what names a chat or person appears in answers: the phone number where it is known, the LID beside it. */
export type Name = Readonly<{ id: string; lid: string | null }>;
export type NameOf = (address: Address) => Name;

/** Names by what the chats know of their addresses, else by what the address itself says. */
export const namesFrom = (docs: readonly (ChatDoc | AliasDoc)[]): NameOf => {
  const byId = new Map(docs.map((doc) => [doc._id, doc]));
  const byKey = new Map<string, ChatDoc>();
  for (const doc of docs) {
    const chat = isAlias(doc) ? byId.get(`${doc.account}/${doc.into}`) : doc;
    if (chat !== undefined && !isAlias(chat)) byKey.set(doc.key, chat);
  }
  return ({ jid, alt }) => {
    const known = byKey.get(keyOf(jid));
    const lid = [known?.jid, jid, alt].find((one) => one !== undefined && isLid(one)) ?? null;
    const ownNumber = isLid(jid) ? alt : jid;
    return { id: known?.pn ?? ownNumber ?? jid, lid };
  };
};

/** Whom a message names: who is quoted, and who is mentioned. */
export const peopleIn = ({ quoted, mentions = [] }: Content): readonly Address[] =>
  [...(quoted?.participant ? [quoted.participant] : []), ...mentions].map((jid) => ({ jid }));

/** The same message with those people's names; `nameOf` must know them. */
export const withNames = ({ quoted, mentions, ...content }: Content, nameOf: NameOf): Content => {
  const participant = quoted?.participant ? nameOf({ jid: quoted.participant }).id : null;
  return {
    quoted: quoted && { ...quoted, participant },
    mentions: mentions?.map((jid) => nameOf({ jid }).id),
    ...content,
  };
};

const idOf = (account: string, key: string): string => `${account}/${key}`;

const findDocs = async (read: ReadViews, ids: readonly string[]) =>
  (await read('chats')).find({ _id: { $in: [...ids] } }).toArray();

const findAddresses = (read: ReadViews, account: string, keys: readonly string[]) =>
  findDocs(
    read,
    [...new Set(keys)].map((key) => idOf(account, key)),
  );

/**
 * Names for these addresses of one account: one query for those that are not of `known` chats, or two where there are
 * aliases among them.
 */
export const loadNames = async (
  read: ReadViews,
  account: string,
  addresses: readonly Address[],
  known: readonly ChatDoc[] = [],
): Promise<NameOf> => {
  const here = new Map(known.filter((chat) => chat.account === account).map((chat) => [chat.key, chat]));
  const keys = new Set(addresses.map(({ jid }) => jid));
  const missing = [...keys].map(keyOf).filter((key) => !here.has(key));
  if (missing.length === 0) return namesFrom([...here.values()]);
  const found = await findAddresses(read, account, missing);
  const docs = [...here.values(), ...found];
  const aliased = docs.filter(isAlias).map(({ into }) => into);
  return namesFrom(aliased.length === 0 ? docs : [...docs, ...(await findAddresses(read, account, aliased))]);
};

/** The same for documents of several accounts: who is meant by an address, in a document's account. */
export const loadNamesOf = async <Doc extends Readonly<{ account: string }>>(
  read: ReadViews,
  docs: readonly Doc[],
  addressesOf: (doc: Doc) => readonly Address[],
  known: readonly ChatDoc[] = [],
): Promise<(doc: Doc) => NameOf> => {
  const accounts = [...new Set(docs.map(({ account }) => account))];
  const load = async (account: string): Promise<[string, NameOf]> => {
    const own = docs.filter((doc) => doc.account === account);
    return [account, await loadNames(read, account, own.flatMap(addressesOf), known)];
  };
  const names = new Map(await Promise.all(accounts.map(load)));
  return ({ account }) => names.get(account) ?? namesFrom([]);
};

/** The chat that a JID (any form that `parseJid` takes) means now, or null where nothing is known of it. */
export const findChat = async (read: ReadViews, account: string, jid: string): Promise<ChatDoc | null> => {
  const key = keyOf(jid);
  const [doc] = await findAddresses(read, account, [key]);
  if (doc === undefined || !isAlias(doc)) return doc ?? null;
  const owners = await findAddresses(read, account, [doc.lid, doc.into]);
  const owner = owners.find((one) => one.key === doc.lid) ?? owners[0];
  return owner === undefined || isAlias(owner) ? null : owner;
};

/** Where a send goes. `expiresIn`: seconds after which what is said there disappears, missing where it stays. */
export type Destination = Readonly<{ chat: Address; expiresIn?: number | undefined }>;

/** The timer of a chat that has one. */
const timerOf = (doc: ChatDoc | AliasDoc | undefined): Pick<Destination, 'expiresIn'> =>
  doc === undefined || isAlias(doc) || !doc.disappearing ? {} : { expiresIn: doc.disappearing };

/**
 * Finds a JID as the log wants it: canonical (the LID where it is known), the phone number beside it where that is; and
 * the timer of that chat. Null where it is no JID. Those who ask at one time share a query.
 */
export const createAddressBook = (
  read: ReadViews,
): ((account: string, jid: string) => Promise<Destination | null>) => {
  const find = gathered((ids) => findDocs(read, ids));
  return async (account, jid) => {
    const normal = parseJid(jid);
    if (normal === null) return null;
    const doc = await find(idOf(account, keyOf(normal)));
    if (doc === undefined) return { chat: { jid: normal } };
    if (isAlias(doc)) {
      // it stands under the number that was asked for, and names the LID that it belongs to now
      const owner = await find(idOf(account, doc.lid));
      return { chat: { jid: `${doc.lid.slice(1)}@lid`, alt: normal }, ...timerOf(owner) };
    }
    const chat = doc.pn === undefined ? { jid: doc.jid } : { jid: doc.jid, alt: doc.pn };
    return { chat, ...timerOf(doc) };
  };
};
