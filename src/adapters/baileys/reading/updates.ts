import { proto, type WAMessageKey, type WAMessageUpdate } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../events/codec.ts';
import { addressOf, type Directory } from './addresses.ts';
import { seconds, whole } from './fields.ts';
import { refusalReason } from './refusals.ts';

const { Status } = proto.WebMessageInfo;

/** How far a message of ours got, by WhatsApp's number for it. */
export const STATUSES: Readonly<Record<number, 'sent' | 'delivered' | 'read' | 'played'>> = {
  [Status.SERVER_ACK]: 'sent',
  [Status.DELIVERY_ACK]: 'delivered',
  [Status.READ]: 'read',
  [Status.PLAYED]: 'played',
};

const isOneToOne = (jid: string): boolean => /@(s\.whatsapp\.net|lid)$/.test(jid);

const failed = (
  waId: string,
  chat: string,
  update: WAMessageUpdate['update'],
  directory: Directory,
): WildcatEvent => {
  const [code] = update.messageStubParameters ?? [];
  return {
    type: 'message.send_failed',
    data: {
      waId,
      chat: addressOf(chat, null, directory),
      code: whole(code) ?? null,
      reason: refusalReason(code),
      phase: 'server',
    },
  };
};

const ownKey = ({ id, fromMe, remoteJid }: WAMessageKey): { id: string; remoteJid: string } | null =>
  id && fromMe && remoteJid && isOneToOne(remoteJid) ? { id, remoteJid } : null;

/**
 * What an entry of Baileys' `messages.update` says about a message of ours in a 1:1 chat, or null: everything else
 * there is derived from a message that is logged itself. `update.messageTimestamp` is the receipt's time.
 */
export const statusEvent = ({ key, update }: WAMessageUpdate, directory: Directory): WildcatEvent | null => {
  const own = ownKey(key);
  if (own === null || update.status === undefined || update.status === null) return null;
  if (update.status === Status.ERROR) return failed(own.id, own.remoteJid, update, directory);
  const status = STATUSES[update.status];
  if (status === undefined) return null;
  return {
    type: 'message.status_changed',
    data: {
      waId: own.id,
      chat: addressOf(own.remoteJid, null, directory),
      status,
      at: seconds(update.messageTimestamp),
    },
  };
};
