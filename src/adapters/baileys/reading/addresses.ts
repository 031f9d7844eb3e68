import { type Address, parseJid } from '../../../events/ids.ts';

/** Who this account is and what is known of who is who; answers come from memory. */
export type Directory = Readonly<{
  me: () => Readonly<{ pn: string | null; lid: string | null }>;
  /** User part of the LID that belongs to a phone number's user part, if known; and the other way round. */
  lidOf: (pnUser: string) => string | undefined;
  pnOf: (lidUser: string) => string | undefined;
}>;

const PN = '@s.whatsapp.net';
const LID = '@lid';
const userOf = (jid: string): string => jid.slice(0, jid.indexOf('@'));

/** A JID without its device, or as it came where its form is not known. */
const plainJid = (jid: string): string => parseJid(jid) ?? jid;

const partner = (jid: string, directory: Directory): string | undefined => {
  if (jid.endsWith(PN)) {
    const lid = directory.lidOf(userOf(jid));
    return lid === undefined ? undefined : `${lid}${LID}`;
  }
  const pn = jid.endsWith(LID) ? directory.pnOf(userOf(jid)) : undefined;
  return pn === undefined ? undefined : `${pn}${PN}`;
};

const isPerson = (jid: string): boolean => jid.endsWith(PN) || jid.endsWith(LID);

/**
 * The canonical address: the LID where the stanza (`alt`) or the known mapping gives one, else what was seen. `alt`
 * is taken only where it names the same kind of thing in the other form.
 */
export const addressOf = (seen: string, alt: string | null | undefined, directory: Directory): Address => {
  const jid = plainJid(seen);
  if (!isPerson(jid)) return { jid };
  const told = alt ? plainJid(alt) : undefined;
  const isOther = told !== undefined && isPerson(told) && told.endsWith(LID) !== jid.endsWith(LID);
  const other = isOther ? told : partner(jid, directory);
  if (other === undefined) return { jid };
  return jid.endsWith(LID) ? { jid, alt: other } : { jid: other, alt: jid };
};

/** My own address, as far as known. */
export const myAddress = (directory: Directory): Address => {
  const { pn, lid } = directory.me();
  if (lid === null) return { jid: plainJid(pn ?? '') };
  return pn === null ? { jid: plainJid(lid) } : { jid: plainJid(lid), alt: plainJid(pn) };
};

/** Whether a JID is mine, by either name. */
export const isMe = (jid: string, directory: Directory): boolean => {
  const { pn, lid } = directory.me();
  const plain = plainJid(jid);
  return (pn !== null && plain === plainJid(pn)) || (lid !== null && plain === plainJid(lid));
};

/**
 * Whether WhatsApp can mean this pair. rc14 links a chat's LID to our own number when our phone writes there
 * (messages-recv.js handleMessage takes the sender's alt for the chat's): that would route our sessions to a stranger.
 */
export const isPlausibleLink = (one: string, other: string, directory: Directory): boolean =>
  isMe(one, directory) === isMe(other, directory) || directory.me().lid === null;

/** Whether two JIDs are one person or chat, under whatever names. */
export const sameAddress = (one: string, other: string, directory: Directory): boolean =>
  addressOf(one, null, directory).jid === addressOf(other, null, directory).jid;
