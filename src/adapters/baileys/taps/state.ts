import type { BaileysEventMap } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../events/codec.ts';
import type { Core } from '../core.ts';
import { addressOf, type Directory, isMe } from '../reading/addresses.ts';
import { isName, MAX_NAME, seconds, textOf, whole } from '../reading/fields.ts';
import type { TapHandlers } from './tap.ts';

/** The fields of Baileys' chat that are read here. */
type ChatUpdate = Readonly<{
  id?: string | null | undefined;
  archived?: boolean | null | undefined;
  pinned?: number | null | undefined;
  muteEndTime?: number | { toString: () => string } | null | undefined;
  unreadCount?: number | null | undefined;
  conditional?: unknown;
}>;

/**
 * What an entry of `chats.update` tells of the app state: rc14 marks those with a `conditional`, undefined or not
 * (chat-utils.js, processSyncAction). All others are derived from messages, which are logged themselves.
 */
export const chatStateEvents = (update: ChatUpdate, directory: Directory): WildcatEvent[] => {
  if (!isName(update.id) || !('conditional' in update)) return [];
  const chat = addressOf(update.id, null, directory);
  const { archived, pinned, muteEndTime, unreadCount } = update;
  const events: WildcatEvent[] = [];
  if (typeof archived === 'boolean')
    events.push({ type: archived ? 'chat.archived' : 'chat.unarchived', data: { chat } });
  if (pinned !== undefined)
    events.push(
      pinned
        ? { type: 'chat.pinned', data: { chat, at: seconds(Math.floor(pinned / 1_000)) } }
        : { type: 'chat.unpinned', data: { chat } },
    );
  if (muteEndTime !== undefined)
    events.push(
      muteEndTime
        ? { type: 'chat.muted', data: { chat, until: Number(muteEndTime) } }
        : { type: 'chat.unmuted', data: { chat } },
    );
  if (unreadCount === 0) events.push({ type: 'chat.marked_read', data: { chat } });
  if (unreadCount === -1) events.push({ type: 'chat.marked_unread', data: { chat } });
  return events;
};

type Receipt = BaileysEventMap['message-receipt.update'][number];

/** That somebody of a group has got or read a message of ours, or null. */
export const receiptEvent = ({ key, receipt }: Receipt, directory: Directory): WildcatEvent | null => {
  const at = receipt.readTimestamp ?? receipt.receiptTimestamp;
  if (!key.id || !key.fromMe || !key.remoteJid || !at || !receipt.userJid) return null;
  if (isMe(receipt.userJid, directory)) return null;
  return {
    type: 'message.receipt_received',
    data: {
      waId: key.id,
      chat: addressOf(key.remoteJid, null, directory),
      by: addressOf(receipt.userJid, null, directory),
      status: receipt.readTimestamp ? 'read' : 'delivered',
      at: seconds(at),
    },
  };
};

/** What Baileys tells of chats, people and calls beside their messages. */
export const createStateTaps = ({
  tell: record,
  directory,
}: Pick<Core, 'tell' | 'directory'>): TapHandlers => {
  const tell = (event: string, found: WildcatEvent): void => record(found, { event, offline: false });
  const names = new Map<string, string>();
  const saved = (contacts: BaileysEventMap['contacts.upsert']): void => {
    for (const { id, lid, phoneNumber, name } of contacts) {
      const called = textOf(name, MAX_NAME);
      if (!isName(id) || called === undefined) continue;
      const chat = addressOf(id, phoneNumber ?? lid, directory);
      if (names.get(chat.jid) === called) continue;
      names.set(chat.jid, called);
      tell('contacts.upsert', { type: 'contact.saved', data: { chat, name: called } });
    }
  };
  return {
    'chats.update': (updates) => {
      for (const update of updates)
        for (const found of chatStateEvents(update, directory)) tell('chats.update', found);
    },
    'chats.lock': ({ id, locked }) => {
      if (!isName(id)) return;
      const data = { chat: addressOf(id, null, directory) };
      tell('chats.lock', { type: locked ? 'chat.locked' : 'chat.unlocked', data });
    },
    'labels.edit': ({ id: labelId, name, color, deleted }) => {
      if (!isName(labelId)) return;
      const label = { labelId, name: textOf(name, MAX_NAME) ?? '', color: whole(color) ?? 0 };
      if (deleted) tell('labels.edit', { type: 'label.deleted', data: { labelId } });
      else tell('labels.edit', { type: 'label.saved', data: label });
    },
    'labels.association': ({ association, type }) => {
      const { labelId, chatId } = association;
      const of = 'messageId' in association ? { messageId: association.messageId } : {};
      if (![labelId, chatId, ...Object.values(of)].every(isName)) return;
      const data = { labelId, chat: addressOf(chatId, null, directory), ...of };
      tell('labels.association', { type: type === 'add' ? 'label.attached' : 'label.detached', data });
    },
    'contacts.upsert': saved,
    'blocklist.update': ({ blocklist, type }) => {
      for (const jid of blocklist) {
        const data = { chat: addressOf(jid, null, directory) };
        tell('blocklist.update', { type: type === 'add' ? 'contact.blocked' : 'contact.unblocked', data });
      }
    },
  };
};
