import type { WAMessageKey } from '@whiskeysockets/baileys';
import { hasAuthors } from '../../../events/ids.ts';
import type { RemarkEvent } from '../../../events/remarks.ts';
import type { Core } from '../core.ts';
import { addressOf, myAddress } from '../reading/addresses.ts';
import { isName, madeAt } from '../reading/fields.ts';

type Mark = 'message.starred' | 'message.unstarred' | 'message.deleted_for_me';
type Marked = Extract<RemarkEvent, { type: Mark }>;

/**
 * That a person has marked a message on the phone or on another companion, or null where the entry names none. `now`:
 * unix seconds, for an entry that does not say when it was made.
 */
export const markEvent = (
  type: Mark,
  { remoteJid, id: waId, fromMe }: WAMessageKey,
  { directory, entries }: Pick<Core, 'directory' | 'entries'>,
  now: number,
): Marked | null => {
  if (!isName(remoteJid) || !isName(waId)) return null;
  const entry = entries.about({ remoteJid, id: waId });
  const chat = addressOf(remoteJid, null, directory);
  const writer = hasAuthors(remoteJid) ? (entry.author ?? '') : remoteJid;
  const author = fromMe ? myAddress(directory) : addressOf(writer, null, directory);
  const target = { waId, fromMe: fromMe === true, author };
  return { type, data: { chat, at: madeAt(entry.at, now), target } };
};
