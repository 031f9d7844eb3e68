import { proto } from '@whiskeysockets/baileys';
import type { Phone } from '../../server/state.ts';
import { resolve, type World } from '../../server/world.ts';

interface ChatSettings {
  readonly chat: string;
  archived?: boolean;
  pinned?: boolean;
  /** Milliseconds since 1970. */
  mutedUntil?: number | undefined;
  /** Set by hand, not counted. */
  unread?: boolean;
  locked?: boolean;
  deleted?: boolean;
  cleared?: boolean;
  /** What was said until then (seconds since 1970) was deleted or cleared. */
  goneTo?: number;
}

/** What a person has set, with chats as numbers or group jids. */
export interface Settings {
  readonly chats: ChatSettings[];
  readonly starred: { readonly chat: string; readonly id: string }[];
  readonly deletedForMe: { readonly chat: string; readonly id: string }[];
  readonly contacts: { readonly number: string; readonly name: string }[];
  readonly labels: { readonly id: string; readonly name: string; readonly color: number }[];
  readonly attached: { readonly label: string; readonly chat: string; readonly id: string | undefined }[];
  readonly problems: readonly string[];
}

type Fold = (value: proto.SyncActionValue, index: readonly string[], settings: Settings) => void;

const entryOf = (settings: Settings, chat: string): ChatSettings => {
  const known = settings.chats.find((one) => one.chat === chat);
  if (known !== undefined) return known;
  const fresh: ChatSettings = { chat };
  settings.chats.push(fresh);
  return fresh;
};

/** What an action means, by the first word of its index. The rest of the index comes with chats already named. */
const FOLDS: Readonly<Record<string, Fold>> = {
  archive: (value, [chat = ''], settings) => {
    entryOf(settings, chat).archived = value.archiveChatAction?.archived ?? false;
  },
  pin_v1: (value, [chat = ''], settings) => {
    entryOf(settings, chat).pinned = value.pinAction?.pinned ?? false;
  },
  mute: (value, [chat = ''], settings) => {
    const { muted, muteEndTimestamp } = value.muteAction ?? {};
    entryOf(settings, chat).mutedUntil = muted ? Number(muteEndTimestamp ?? 0) : undefined;
  },
  markChatAsRead: (value, [chat = ''], settings) => {
    entryOf(settings, chat).unread = value.markChatAsReadAction?.read === false;
  },
  lock: (value, [chat = ''], settings) => {
    entryOf(settings, chat).locked = value.lockChatAction?.locked ?? false;
  },
  deleteChat: (_value, [chat = ''], settings) => {
    entryOf(settings, chat).deleted = true;
  },
  clearChat: (_value, [chat = ''], settings) => {
    entryOf(settings, chat).cleared = true;
  },
  star: (value, [chat = '', id = ''], { starred }) => {
    if (value.starAction?.starred) starred.push({ chat, id });
  },
  deleteMessageForMe: (_value, [chat = '', id = ''], { deletedForMe }) => {
    deletedForMe.push({ chat, id });
  },
  contact: (value, [number = ''], { contacts }) => {
    contacts.push({ number, name: value.contactAction?.fullName ?? '' });
  },
  label_edit: (value, [id = ''], { labels }) => {
    const { name, color, deleted } = value.labelEditAction ?? {};
    if (!deleted) labels.push({ id, name: name ?? '', color: color ?? 0 });
  },
  label_jid: (value, [label = '', chat = ''], { attached }) => {
    if (value.labelAssociationAction?.labeled) attached.push({ label, chat, id: undefined });
  },
  label_message: (value, [label = '', chat = '', id], { attached }) => {
    if (value.labelAssociationAction?.labeled) attached.push({ label, chat, id });
  },
};

/** Folds all actions of an account into what its phone shows. */
export const settingsOf = (world: World, phone: Phone): Settings => {
  const { actions, problems } = phone.appState;
  const settings: Settings = {
    chats: [],
    starred: [],
    deletedForMe: [],
    contacts: [],
    labels: [],
    attached: [],
    problems,
  };
  const named = (part: string) => resolve(world, part)?.phone.number ?? part;
  for (const { index, value } of actions.values()) {
    const [kind = '', ...rest] = index;
    FOLDS[kind]?.(proto.SyncActionValue.decode(value), rest.map(named), settings);
  }
  for (const [chat, until] of phone.gone) entryOf(settings, chat).goneTo = until;
  return settings;
};
