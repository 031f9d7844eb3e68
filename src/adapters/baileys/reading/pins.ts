import { proto } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../events/codec.ts';
import { isGroup } from '../../../events/ids.ts';
import type { Directory } from './addresses.ts';
import { defined, whole } from './fields.ts';
import { targetOf } from './targets.ts';
import { unwrap } from './unwrap.ts';

const { Type } = proto.Message.PinInChatMessage;

/** The stanza's `edit` of a pin: by it the server knows one, which a group may keep to its admins. */
export const PIN = '2';

type Told = Parameters<typeof targetOf>[1] &
  Readonly<{ waId: string; timestamp: number; isWritten: boolean; edit: string | undefined }>;

/** That somebody pins a message or takes a pin off, or null where the message is about something else. */
export const pinEvent = (wrapped: proto.IMessage, told: Told, directory: Directory): WildcatEvent | null => {
  const { message } = unwrap(wrapped);
  const { pinInChatMessage: pin } = message;
  if (!pin?.key?.id) return null;
  const { waId, fromMe, chat, from, timestamp, isWritten, edit } = told;
  const about = { waId, fromMe, chat, from, timestamp, target: targetOf(pin.key, told, directory) };
  const data = isWritten && isGroup(chat.jid) ? { ...about, declared: edit === PIN } : about;
  if (pin.type === Type.UNPIN_FOR_ALL) return { type: 'message.unpinned', data };
  if (pin.type !== Type.PIN_FOR_ALL) return null;
  const context = message.messageContextInfo ?? wrapped.messageContextInfo;
  const seconds = whole(context?.messageAddOnDurationInSecs || undefined);
  return { type: 'message.pinned', data: { ...data, ...defined({ seconds }) } };
};
