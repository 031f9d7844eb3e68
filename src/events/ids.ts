import { hash } from 'node:crypto';
import { remembered } from './remembered.ts';

/** Account ids are NATS subject tokens, so they are narrower than what WhatsApp or MongoDB would take. */
export const ACCOUNT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/**
 * A chat or person under the names WhatsApp gives it. `jid` is canonical: the LID where it is known at the time
 * of the append, else what was seen; `alt` is the other one (phone number for a LID), where known.
 */
export type Address = Readonly<{ jid: string; alt?: string | undefined }>;

const SERVERS: Readonly<Record<string, { key: string; user: RegExp }>> = {
  's.whatsapp.net': { key: 'p', user: /^\d{5,20}$/ },
  'c.us': { key: 'p', user: /^\d{5,20}$/ },
  lid: { key: 'l', user: /^\d{1,20}$/ },
  'g.us': { key: 'g', user: /^\d{1,30}(-\d{1,20})?$/ },
  newsletter: { key: 'n', user: /^\d{1,30}$/ },
  broadcast: { key: 'b', user: /^(status|\d{1,30})$/ },
};

const PHONE = /^\+?\d{5,20}$/;

/**
 * The normal form of a JID (device and agent removed, `c.us` as `s.whatsapp.net`), or null if it is none. Plain digits and
 * `+49…` are taken as a phone number.
 */
export const parseJid = (text: string): string | null => {
  if (PHONE.test(text)) return `${text.replace('+', '')}@s.whatsapp.net`;
  const at = text.indexOf('@');
  const user = text.slice(0, at).replace(/(_\d+)?(:\d+)?$/, '');
  const server = text.slice(at + 1);
  const known = at > 0 && Object.hasOwn(SERVERS, server) ? SERVERS[server] : undefined;
  if (known === undefined || !known.user.test(user)) return null;
  return `${user}@${known.key === 'p' ? 's.whatsapp.net' : server}`;
};

// WhatsApp's own announcements, bots, hosted numbers, other networks.
const READ_ONLY = /^(0@s\.whatsapp\.net|[\w.:-]{1,64}@(bot|hosted|hosted\.lid|interop|msgr))$/;

/** A chat as `parseJid` takes it, or one that is listed and read but never written to; null if it is none. */
export const parseChat = (text: string): string | null =>
  parseJid(text) ?? (READ_ONLY.test(text) ? text : null);

// Whatever else WhatsApp comes up with (bots, hosted numbers) must not share a key: ids in it are chosen by senders.
const strangerKey = (jid: string): string => (jid === '' ? '_' : `x${hash('sha256', jid).slice(0, 20)}`);

/** A fold asks for the keys of the same people many times per event. */
const KEPT_KEYS = 5_000;

/**
 * The subject token of a JID: `p<digits>` phone number, `l<digits>` LID, `g<id>` group, `n<id>` newsletter,
 * `b<id>` broadcast list, `status`, `x<hash>` for any other address, `_` for none. Holds letters and digits, `-`
 * and `_` only.
 */
export const keyOf = remembered((jid: string): string => {
  const normal = parseJid(jid);
  if (normal === null) return strangerKey(jid);
  if (normal === 'status@broadcast') return 'status';
  const [user = '', server = ''] = normal.split('@');
  return `${SERVERS[server]?.key ?? '_'}${user}`;
}, KEPT_KEYS);

/** Whether a key (`keyOf`) is that of a person, by phone number or LID. */
export const isPersonKey = (key: string): boolean => /^[pl]/.test(key);

export const isLid = (jid: string): boolean => jid.endsWith('@lid');
export const isGroup = (jid: string): boolean => jid.endsWith('@g.us');

/** Whether several people write there, so that a message has an author beside its chat. */
export const hasAuthors = (jid: string): boolean => isGroup(jid) || jid.endsWith('@broadcast');

/** Whether two JIDs name the same chat or person, device and `c.us` aside. */
export const sameJid = (one: string, other: string): boolean =>
  (parseJid(one) ?? one) === (parseJid(other) ?? other);
