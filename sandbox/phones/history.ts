import { deflateSync } from 'node:zlib';
import { proto } from '@whiskeysockets/baileys';
import { encryptMedia } from '../protocol/media.ts';
import { isFanOut } from '../server/fan-out.ts';
import { findGroup } from '../server/groups/world.ts';
import { storeFile } from '../server/media-store.ts';
import type { DisplayedMessage } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import { addressOf, type DeviceRef, otherDomain, type World } from '../server/world.ts';
import { visible } from './display.ts';
import { nameOf } from './keys.ts';
import { sendPeer } from './send.ts';
import { webMessage } from './web-message.ts';

const { Type } = proto.Message.ProtocolMessage;
const { HistorySyncType } = proto.HistorySync;
const { COMPLETE_AND_NO_MORE_MESSAGE_REMAIN_ON_PRIMARY } = proto.Conversation.EndOfHistoryTransferType;

/** Messages in one RECENT part. */
const PART = 1000;

/** A chat and some of what was said in it, the newest first. */
interface Chat {
  readonly id: string;
  readonly messages: readonly DisplayedMessage[];
}

/** The chats a phone shows, the one with the newest message first. */
const chatsOf = (world: World, phone: Phone): Chat[] => {
  const chats = new Map<string, DisplayedMessage[]>();
  for (const message of visible(phone, world.now())) {
    if (message.kind === 'disappearing') continue;
    const chat = chats.get(message.chat);
    if (chat === undefined) chats.set(message.chat, [message]);
    else chat.push(message);
  }
  const newest = ({ messages }: Chat) => messages[0]?.at ?? 0;
  return [...chats]
    .map(([id, messages]) => ({ id, messages: messages.sort((one, other) => other.at - one.at) }))
    .sort((one, other) => newest(other) - newest(one));
};

/** The names of a chat: a person's both, a group's subject. */
const namesOf = (world: World, phone: Phone, id: string): Partial<proto.IConversation> => {
  const person = world.state.phones.get(id);
  if (person === undefined) return { name: findGroup(world, id)?.subject ?? '' };
  const domain = phone.behaviour.addressing;
  const other = addressOf({ phone: person, device: 0 }, otherDomain(domain));
  return { name: person.name, displayName: person.name, [domain === 'lid' ? 'pnJid' : 'lidJid']: other };
};

const conversation = (world: World, phone: Phone, { id, messages }: Chat): proto.IConversation => {
  const timestamp = Math.floor((messages[0]?.at ?? 0) / 1000);
  return {
    ...namesOf(world, phone, id),
    id: nameOf(world, id, phone.behaviour.addressing),
    conversationTimestamp: timestamp,
    lastMsgTimestamp: timestamp,
    unreadCount: 0,
    ephemeralExpiration: phone.disappearing.get(id) ?? 0,
    endOfHistoryTransfer: true,
    endOfHistoryTransferType: COMPLETE_AND_NO_MORE_MESSAGE_REMAIN_ON_PRIMARY,
    messages: messages.map((message) => ({ message: webMessage(world, phone, message) })),
  };
};

/** Cuts chats into parts of at most so many messages. */
const partsOf = (chats: readonly Chat[], size: number): Chat[][] => {
  const parts: Chat[][] = [];
  let room = 0;
  for (const { id, messages } of chats) {
    for (let at = 0; at < messages.length; ) {
      if (room === 0) {
        parts.push([]);
        room = size;
      }
      const taken = messages.slice(at, at + room);
      parts.at(-1)?.push({ id, messages: taken });
      at += taken.length;
      room -= taken.length;
    }
  }
  return parts;
};

const peopleIn = (world: World, chats: readonly Chat[]): Phone[] =>
  chats.flatMap(({ id }) => (isFanOut(id) ? [] : (world.state.phones.get(id) ?? [])));

type Part = proto.IHistorySync & { readonly syncType: proto.HistorySync.HistorySyncType };

/** What a companion is told first: every chat with its newest message, who is who; then names, then the rest. */
const historyOf = (world: World, phone: Phone): Part[] => {
  const chats = chatsOf(world, phone)
    .slice(0, phone.history.chats)
    .map(({ id, messages }) => ({ id, messages: messages.slice(0, phone.history.messages) }));
  const people = peopleIn(world, chats);
  const all = (some: readonly Chat[]) => some.map((chat) => conversation(world, phone, chat));
  const name = (person: Phone, domain: 'lid' | 's.whatsapp.net') =>
    addressOf({ phone: person, device: 0 }, domain);
  const bootstrap: Part = {
    syncType: HistorySyncType.INITIAL_BOOTSTRAP,
    conversations: all(chats.map(({ id, messages }) => ({ id, messages: messages.slice(0, 1) }))),
    phoneNumberToLidMappings: people.map((person) => ({
      pnJid: name(person, 's.whatsapp.net'),
      lidJid: name(person, 'lid'),
    })),
  };
  if (chats.length === 0) return [bootstrap];
  const pushnames: Part = {
    syncType: HistorySyncType.PUSH_NAME,
    pushnames: people.map((person) => ({
      id: name(person, phone.behaviour.addressing),
      pushname: person.name,
    })),
  };
  const rest = chats.map(({ id, messages }) => ({ id, messages: messages.slice(1) }));
  const parts = partsOf(rest, PART).map(
    (some): Part => ({
      syncType: HistorySyncType.RECENT,
      conversations: all(some),
    }),
  );
  return [bootstrap, pushnames, ...parts];
};

/**
 * Sends a part of a history: in the message, or as a file on the media host. rc14 looks for such files at
 * mmg.whatsapp.net whatever the media connection says (history.js, downloadHistory), hence inline unless asked.
 */
const sendHistory = (
  world: World,
  companion: DeviceRef,
  part: Part,
  more: proto.Message.IHistorySyncNotification,
): void => {
  const deflated = deflateSync(proto.HistorySync.encode({ ...part, ...progressOf(more) }).finish());
  sendPeer(world, companion, {
    protocolMessage: {
      type: Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: part.syncType,
        ...more,
        ...(companion.phone.history.onMediaHost
          ? uploaded(world, companion.phone, deflated)
          : { initialHistBootstrapInlinePayload: deflated }),
      },
    },
  });
};

const progressOf = ({ chunkOrder, progress }: proto.Message.IHistorySyncNotification) => ({
  chunkOrder: chunkOrder ?? null,
  progress: progress ?? null,
});

const uploaded = (world: World, phone: Phone, data: Buffer): proto.Message.IHistorySyncNotification => {
  const { body, key, sha256, encSha256 } = encryptMedia(data, 'History', world.random);
  const { directPath } = storeFile(world, { bytes: body, readers: [phone.number] });
  return {
    mediaKey: key,
    fileSha256: sha256,
    fileEncSha256: encSha256,
    fileLength: data.length,
    directPath,
  };
};

/** Sends a newly linked companion what the phone shows, as much as it is set to; an empty history at least. */
export const sendWholeHistory = (world: World, companion: DeviceRef): void => {
  const parts = historyOf(world, companion.phone);
  parts.forEach((part, at) => {
    const progress = Math.floor(((at + 1) * 100) / parts.length);
    sendHistory(world, companion, part, { chunkOrder: at, progress });
  });
};

/** Messages of a chat before one of them (all without it), the newest first. */
export const earlier = (world: World, phone: Phone, chat: string, { before = '', count = 50 }): Chat => {
  const messages = chatsOf(world, phone).find(({ id }) => id === chat)?.messages ?? [];
  const start = messages.findIndex(({ id }) => id === before) + 1;
  return { id: chat, messages: messages.slice(start, start + count) };
};

/** Sends messages a companion has asked for. */
export const sendOnDemand = (world: World, companion: DeviceRef, chat: Chat, session: string): void => {
  const part = {
    syncType: HistorySyncType.ON_DEMAND,
    conversations: [conversation(world, companion.phone, chat)],
  };
  sendHistory(world, companion, part, { chunkOrder: 0, progress: 100, peerDataRequestSessionId: session });
};
