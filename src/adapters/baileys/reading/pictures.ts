import type { BinaryNode } from '@whiskeysockets/baileys';
import type { ContactEvent } from '../../../events/contacts.ts';
import { isPersonKey, keyOf } from '../../../events/ids.ts';
import { addressOf, type Directory } from './addresses.ts';
import { MAX_NAME, seconds, textOf, whole } from './fields.ts';

const changeIn = ({ content }: BinaryNode): BinaryNode | undefined =>
  Array.isArray(content) ? content.find(({ tag }) => ['set', 'add', 'delete'].includes(tag)) : undefined;

/**
 * What a notification says of a person's picture, or null (of a group's, Baileys makes a message). Read from the stanza:
 * rc14's `contacts.update` has neither id nor time, and calls a first picture (`add`, whatsmeow) one that is gone.
 * `now` in unix seconds.
 */
export const pictureEvent = (stanza: BinaryNode, directory: Directory, now: number): ContactEvent | null => {
  const { tag, attrs } = stanza;
  if (tag !== 'notification' || attrs.type !== 'picture' || !attrs.from) return null;
  const change = changeIn(stanza);
  if (change === undefined) return null;
  const chat = addressOf(attrs.from, null, directory);
  if (!isPersonKey(keyOf(chat.jid))) return null;
  const timestamp = seconds(whole(attrs.t) ?? now);
  if (change.tag === 'delete') return { type: 'contact.picture_removed', data: { chat, timestamp } };
  const pictureId = textOf(change.attrs.id, MAX_NAME);
  const named = pictureId === undefined ? {} : { pictureId };
  return { type: 'contact.picture_changed', data: { chat, timestamp, ...named } };
};
