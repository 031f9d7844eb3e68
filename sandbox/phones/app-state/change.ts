import { proto } from '@whiskeysockets/baileys';
import { findGroup } from '../../server/groups/world.ts';
import type { DisplayedMessage } from '../../server/shown.ts';
import type { Phone } from '../../server/state.ts';
import { addressOf, type World } from '../../server/world.ts';
import { nameOf } from '../keys.ts';
import { changeAppState } from './follow.ts';

/** Something a person sets in their app. Chats are numbers or jids of groups; `id` names a message. */
type AppStateChange =
  | { readonly kind: 'archive' | 'pin' | 'read' | 'lock'; readonly chat: string; readonly on: boolean }
  /** Milliseconds since 1970; null = no more. */
  | { readonly kind: 'mute'; readonly chat: string; readonly until: number | null }
  | { readonly kind: 'star'; readonly chat: string; readonly id: string; readonly on: boolean }
  | { readonly kind: 'deleteForMe'; readonly chat: string; readonly id: string }
  | { readonly kind: 'deleteChat' | 'clearChat'; readonly chat: string }
  /** null = no contact any more. */
  | { readonly kind: 'contact'; readonly number: string; readonly name: string | null }
  | {
      readonly kind: 'label';
      readonly id: string;
      readonly name: string;
      readonly color: number;
      readonly deleted: boolean;
    }
  | {
      readonly kind: 'attach';
      readonly label: string;
      readonly chat: string;
      readonly id?: string | undefined;
      readonly on: boolean;
    }
  | { readonly kind: 'pushName'; readonly name: string };

interface Draft {
  readonly collection: string;
  readonly index: readonly string[];
  readonly value: proto.ISyncActionValue;
  readonly apiVersion: number;
  readonly removed?: boolean;
}

/** How the account names a chat. */
const jidFor = (world: World, phone: Phone, chat: string) => {
  const other = world.state.phones.get(chat);
  return other === undefined ? chat : addressOf({ phone: other, device: 0 }, phone.behaviour.addressing);
};

/** Chat, message, whether it is the account's own, and in a group its author. */
const indexOf = (
  world: World,
  phone: Phone,
  { chat, id, from, fromMe }: Pick<DisplayedMessage, 'chat' | 'id' | 'from' | 'fromMe'>,
): string[] => {
  const { addressing } = findGroup(world, chat) ?? {};
  const author = fromMe || addressing === undefined ? '0' : nameOf(world, from, addressing);
  return [jidFor(world, phone, chat), id, fromMe ? '1' : '0', author];
};

const messageIndex = (world: World, phone: Phone, chat: string, id: string): string[] => {
  const shown = phone.messages.find((message) => message.id === id && message.chat === chat);
  return indexOf(world, phone, shown ?? { chat, id, from: chat, fromMe: false });
};

/** Whether a person has starred a message. */
export const isStarred = (world: World, phone: Phone, message: DisplayedMessage): boolean => {
  const action = phone.appState.actions.get(JSON.stringify(['star', ...indexOf(world, phone, message)]));
  return action !== undefined && proto.SyncActionValue.decode(action.value).starAction?.starred === true;
};

/** Which messages it is about: the last of them, in seconds; none where nothing is shown. */
const rangeOf = (phone: Phone, chat: string): proto.SyncActionValue.ISyncActionMessageRange => {
  const last = phone.messages.findLast((message) => message.chat === chat);
  return last === undefined ? {} : { lastMessageTimestamp: Math.floor(last.at / 1_000) };
};

const chatDraft = (
  world: World,
  phone: Phone,
  { kind, chat, on }: Extract<AppStateChange, { on: boolean; kind: 'archive' | 'pin' | 'read' | 'lock' }>,
): Draft => {
  const jid = jidFor(world, phone, chat);
  switch (kind) {
    case 'archive': {
      const value = { archiveChatAction: { archived: on, messageRange: {} } };
      return { collection: 'regular_low', index: ['archive', jid], value, apiVersion: 3 };
    }
    case 'pin': {
      const value = { pinAction: { pinned: on } };
      return { collection: 'regular_low', index: ['pin_v1', jid], value, apiVersion: 5 };
    }
    case 'read': {
      const value = { markChatAsReadAction: { read: on, messageRange: {} } };
      return { collection: 'regular_low', index: ['markChatAsRead', jid], value, apiVersion: 3 };
    }
    default: {
      const value = { lockChatAction: { locked: on } };
      return { collection: 'regular_low', index: ['lock', jid], value, apiVersion: 7 };
    }
  }
};

const contactDraft = (world: World, number: string, name: string | null): Draft => {
  const contact = world.state.phones.get(number);
  const lidJid = contact === undefined ? null : addressOf({ phone: contact, device: 0 }, 'lid');
  return {
    collection: 'critical_unblock_low',
    index: ['contact', `${number}@s.whatsapp.net`],
    value: name === null ? {} : { contactAction: { fullName: name, firstName: name, lidJid } },
    apiVersion: 2,
    removed: name === null,
  };
};

const attachDraft = (
  world: World,
  phone: Phone,
  { label, chat, id, on }: Extract<AppStateChange, { kind: 'attach' }>,
): Draft => {
  const jid = jidFor(world, phone, chat);
  return {
    collection: 'regular',
    index: id === undefined ? ['label_jid', label, jid] : ['label_message', label, jid, id, '0', '0'],
    value: { labelAssociationAction: { labeled: on } },
    apiVersion: 3,
  };
};

/** Which collection, index and value say so (chat-utils.js, chatModificationToAppPatch). */
const draftOf = (world: World, phone: Phone, change: AppStateChange): Draft => {
  switch (change.kind) {
    case 'mute': {
      const value = { muteAction: { muted: change.until !== null, muteEndTimestamp: change.until } };
      const index = ['mute', jidFor(world, phone, change.chat)];
      return { collection: 'regular_high', index, value, apiVersion: 2 };
    }
    case 'star': {
      const index = ['star', ...messageIndex(world, phone, change.chat, change.id)];
      return {
        collection: 'regular_low',
        index,
        value: { starAction: { starred: change.on } },
        apiVersion: 2,
      };
    }
    case 'deleteForMe': {
      const index = ['deleteMessageForMe', ...messageIndex(world, phone, change.chat, change.id)];
      const value = { deleteMessageForMeAction: { deleteMedia: false } };
      return { collection: 'regular_high', index, value, apiVersion: 3 };
    }
    case 'deleteChat': {
      const index = ['deleteChat', jidFor(world, phone, change.chat), '1'];
      const value = { deleteChatAction: { messageRange: rangeOf(phone, change.chat) } };
      return { collection: 'regular_high', index, value, apiVersion: 6 };
    }
    case 'clearChat': {
      const index = ['clearChat', jidFor(world, phone, change.chat), '1', '0'];
      const value = { clearChatAction: { messageRange: rangeOf(phone, change.chat) } };
      return { collection: 'regular_high', index, value, apiVersion: 6 };
    }
    case 'contact':
      return contactDraft(world, change.number, change.name);
    case 'label': {
      const { name, color, deleted } = change;
      const value = { labelEditAction: { name, color, deleted } };
      return { collection: 'regular', index: ['label_edit', change.id], value, apiVersion: 3 };
    }
    case 'attach':
      return attachDraft(world, phone, change);
    case 'pushName': {
      const value = { pushNameSetting: { name: change.name } };
      return { collection: 'critical_block', index: ['setting_pushName'], value, apiVersion: 1 };
    }
    default:
      return chatDraft(world, phone, change);
  }
};

/** Sets it on the phone; the companions follow by their next patch. */
export const setOnPhone = (world: World, phone: Phone, change: AppStateChange): void => {
  const { collection, index, value, apiVersion, removed = false } = draftOf(world, phone, change);
  const encoded = proto.SyncActionValue.encode({ timestamp: world.now(), ...value }).finish();
  changeAppState(world, phone, collection, { index, value: Buffer.from(encoded), apiVersion, removed });
};
