import { type BaileysEventMap, proto, type WAMessage, WAMessageStubType } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../events/codec.ts';
import type { Address } from '../../../events/ids.ts';
import { HISTORY_KINDS, type ImportEvent } from '../../../events/imports.ts';
import { addressOf, type Directory, isMe, myAddress } from '../reading/addresses.ts';
import { defined, MAX_NAME, seconds, textOf, whole } from '../reading/fields.ts';
import { eventOf } from '../reading/incoming.ts';
import { rawOf } from '../reading/raw.ts';
import { STATUSES } from '../reading/updates.ts';

const { HistorySyncType } = proto.HistorySync;
const { COMPLETE_AND_NO_MORE_MESSAGE_REMAIN_ON_PRIMARY: NOTHING_OLDER } =
  proto.Conversation.EndOfHistoryTransferType;

export type HistoryPart = Pick<BaileysEventMap['messaging-history.set'], 'chats' | 'contacts' | 'messages'> &
  Readonly<{
    syncType?: proto.HistorySync.HistorySyncType | null | undefined;
    progress?: number | null | undefined;
  }>;
type Chat = HistoryPart['chats'][number];
type Imported = Extract<ImportEvent, { type: 'message.imported' }>;
type Told = Readonly<{ event: WildcatEvent; raw?: string | undefined; occurredAt?: number }>;

const kindOf = (syncType: HistoryPart['syncType']): (typeof HISTORY_KINDS)[number] => {
  const name = HistorySyncType[syncType ?? HistorySyncType.ON_DEMAND]?.toLowerCase();
  return HISTORY_KINDS.find((kind) => kind === name) ?? 'on_demand';
};

/** The message under the key that a live one would have. */
const keyed = (message: WAMessage): WAMessage => {
  const { key, participant } = message;
  return participant && !key.participant ? { ...message, key: { ...key, participant } } : message;
};

/** Of a community's largest groups there may be thousands: an event has to fit the log. */
const MAX_REACTIONS = 1_024;

const reactionsOf = (message: WAMessage, chat: Address, directory: Directory) =>
  (message.reactions ?? []).slice(-MAX_REACTIONS).flatMap(({ key, text, senderTimestampMs }) => {
    const emoji = textOf(text, MAX_NAME);
    if (emoji === undefined) return [];
    const by = key?.participant || key?.remoteJid || chat.jid;
    const fromMe = key?.fromMe === true || isMe(by, directory);
    const from = fromMe ? myAddress(directory) : addressOf(by, null, directory);
    return [{ from, fromMe, emoji, timestamp: seconds(Math.floor((whole(senderTimestampMs) ?? 0) / 1_000)) }];
  });

const isEmpty = ({ message }: WAMessage): boolean =>
  Object.values(message ?? {}).every((part) => part === null || part === undefined);

const importedOf = (message: WAMessage, directory: Directory): Told | null => {
  const isRevoked = message.messageStubType === WAMessageStubType.REVOKE;
  if (!isRevoked && isEmpty(message)) return null;
  const said = isRevoked ? { ...message, messageStubType: null, message: { conversation: '' } } : message;
  const found = eventOf(said, {}, directory);
  if (found?.type !== 'message.received' && found?.type !== 'message.sent_elsewhere') return null;
  const fromMe = found.type === 'message.sent_elsewhere';
  const reactions = reactionsOf(message, found.data.chat, directory);
  const data: Imported['data'] = {
    ...found.data,
    fromMe,
    ...defined({
      status: fromMe ? STATUSES[message.status ?? -1] : undefined,
      reactions: reactions.length > 0 ? reactions : undefined,
      revoked: isRevoked ? true : undefined,
      starred: message.starred === true ? true : undefined,
    }),
  };
  const event: Imported = { type: 'message.imported', data };
  return { event, raw: rawOf(message), occurredAt: found.data.timestamp };
};

const muteOf = (end: Chat['muteEndTime']): number | undefined => {
  if (end === null || end === undefined || Number(end) === 0) return undefined;
  return Number.isFinite(Number(end)) ? Number(end) : undefined;
};

/** What a person had set for a chat: only in the first part, while nothing newer is known. */
const settingsOf = ({
  unreadCount,
  markedAsUnread,
  archived,
  pinned,
  muteEndTime,
  ephemeralExpiration,
}: Chat) => ({
  unread: whole(unreadCount ?? undefined),
  markedUnread: markedAsUnread === true ? true : undefined,
  archived: archived === true ? true : undefined,
  pinnedAt: pinned ? seconds(pinned) : undefined,
  mutedUntil: muteOf(muteEndTime),
  // it may have had a timer when the account was linked before
  disappearing: whole(ephemeralExpiration ?? 0),
});

const chatOf = (chat: Chat, part: string, kind: string, directory: Directory): Told | null => {
  if (!chat.id) return null;
  const isFirst = kind === 'initial_bootstrap';
  const data = {
    chat: addressOf(chat.id, chat.pnJid ?? chat.lidJid, directory),
    part,
    ...defined({
      name: textOf(chat.displayName ?? chat.name, MAX_NAME),
      ...(isFirst ? settingsOf(chat) : {}),
      // the first part has the newest message of each chat only, whatever it says
      complete: !isFirst && chat.endOfHistoryTransferType === NOTHING_OLDER ? true : undefined,
    }),
  };
  return { event: { type: 'chat.imported', data } };
};

const nameOf = ({ id, notify }: HistoryPart['contacts'][number], directory: Directory): readonly Told[] => {
  const pushName = textOf(notify, MAX_NAME);
  if (!id || pushName === undefined) return [];
  return [{ event: { type: 'contact.renamed', data: { chat: addressOf(id, null, directory), pushName } } }];
};

/**
 * What a part of the phone's history says, in the order in which it is to be told: people and chats first, the part
 * itself last. What is no message of anybody (notices, what could not be read) is left out. Pure.
 */
export const historyEventsOf = (
  { chats, contacts, messages, syncType, progress }: HistoryPart,
  part: string,
  directory: Directory,
): readonly Told[] => {
  const kind = kindOf(syncType);
  const present = <T>(value: T | null): value is T => value !== null;
  const said = messages.map((message) => importedOf(keyed(message), directory)).filter(present);
  const rooms = chats.map((chat) => chatOf(chat, part, kind, directory)).filter(present);
  const names = contacts.flatMap((contact) => nameOf(contact, directory));
  const counts = { chats: rooms.length, messages: said.length };
  const data = { part, kind, progress: whole(progress ?? undefined) ?? null, ...counts };
  return [...names, ...rooms, ...said, { event: { type: 'history.part_imported', data } }];
};
