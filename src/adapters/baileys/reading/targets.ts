import type { WAMessageKey } from '@whiskeysockets/baileys';
import type { Address } from '../../../events/ids.ts';
import { addressOf, type Directory, isMe, myAddress } from './addresses.ts';
import { MAX_NAME } from './fields.ts';
import type { PollKey } from './polls.ts';

/** Of a message that is about another one: who wrote it, and in which chat. */
type Told = Readonly<{ fromMe: boolean; chat: Address; from: Address }>;

// A sender chooses what he names, and the event has to fit the log; cut short, it would name another message.
const nameOf = (text: string): string => {
  if (text.length > MAX_NAME) throw new RangeError('a key names a message at absurd length');
  return text;
};

/**
 * Whose message `key` means, said from the point of view of whoever wrote `told`. Throws where it names more than
 * 1,024 characters, as no key of WhatsApp's does.
 */
export const targetOf = (key: WAMessageKey, told: Told, directory: Directory): PollKey => {
  const waId = nameOf(key.id ?? '');
  if (key.fromMe) return { waId, fromMe: told.fromMe, author: told.from };
  const author = nameOf(key.participant || (told.fromMe ? told.chat.jid : myAddress(directory).jid));
  const fromMe = isMe(author, directory);
  return { waId, fromMe, author: fromMe ? myAddress(directory) : addressOf(author, null, directory) };
};

/** As `targetOf`, for a reaction's key: Baileys has turned that one to our point of view already (cleanMessage). */
export const reactionTarget = (key: WAMessageKey, told: Told, directory: Directory): PollKey => {
  const waId = nameOf(key.id ?? '');
  if (key.fromMe) return { waId, fromMe: true, author: myAddress(directory) };
  const author = nameOf(key.participant || told.chat.jid);
  return { waId, fromMe: false, author: addressOf(author, null, directory) };
};
