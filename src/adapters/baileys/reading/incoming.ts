import { proto, type WAMessage, WAMessageStubType } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../events/codec.ts';
import { type Address, hasAuthors, isGroup } from '../../../events/ids.ts';
import type { Content } from '../../../events/messages.ts';
import { addressOf, type Directory, myAddress } from './addresses.ts';
import { contentOf } from './content.ts';
import { isDeviceTalk, isUnread } from './device-talk.ts';
import { cut, MAX_NAME, seconds, textOf, whole } from './fields.ts';
import { noticeEvent } from './notices.ts';
import { pinEvent } from './pins.ts';
import { type Polls, readVote } from './polls.ts';
import { reactionTarget, targetOf } from './targets.ts';
import { unwrap } from './unwrap.ts';

type Message = proto.IMessage;
const { Type } = proto.Message.ProtocolMessage;

/**
 * What Baileys' message does not carry: how the chat of my own message is called otherwise, and whether somebody's
 * device wrote it (Baileys dresses some of the server's notices up as messages).
 */
export type Hints = Readonly<{
  chatAlt?: string | undefined;
  isWritten?: boolean;
  /** The stanza's attribute, by which the server knows what may be done to another message. */
  edit?: string | undefined;
  /** Of a group that we came into: its timer in seconds, which the notice of it does not hold. */
  timer?: number | undefined;
}>;

/** In `edit`: an admin deletes somebody else's message. The server takes it from admins only. */
const ADMIN_REVOKE = '8';

type Told = Readonly<{
  waId: string;
  fromMe: boolean;
  chat: Address;
  from: Address;
  timestamp: number;
  pushName: string | undefined;
  isWritten: boolean;
  edit: string | undefined;
  timer: number | undefined;
}>;

const CALL_STUBS: ReadonlySet<number> = new Set([
  WAMessageStubType.CALL_MISSED_VOICE,
  WAMessageStubType.CALL_MISSED_VIDEO,
  WAMessageStubType.CALL_MISSED_GROUP_VOICE,
  WAMessageStubType.CALL_MISSED_GROUP_VIDEO,
]);

const tell = (message: WAMessage, hints: Hints, directory: Directory): Told => {
  const { key } = message;
  const remote = key.remoteJid ?? '';
  const fromMe = key.fromMe === true;
  // of my own message Baileys' alt is mine, not the chat's
  const chat = addressOf(remote, fromMe ? hints.chatAlt : key.remoteJidAlt, directory);
  const author = hasAuthors(remote) ? addressOf(key.participant ?? '', key.participantAlt, directory) : chat;
  return {
    waId: key.id ?? '',
    fromMe,
    chat,
    from: fromMe ? myAddress(directory) : author,
    timestamp: seconds(message.messageTimestamp),
    pushName: message.pushName ? cut(message.pushName, MAX_NAME) : undefined,
    isWritten: hints.isWritten === true,
    edit: hints.edit,
    timer: hints.timer,
  };
};

const about = ({ waId, fromMe, chat, from, timestamp }: Told) => ({ waId, fromMe, chat, from, timestamp });

/** What is set for a whole chat. */
const settingEvent = (part: proto.Message.IProtocolMessage, told: Told): WildcatEvent | null => {
  if (part.type === Type.EPHEMERAL_SETTING) {
    // a group's is changed at the server, which knows who may and tells of it: a member's own word is none
    if (told.isWritten && hasAuthors(told.chat.jid)) return null;
    const data = { ...about(told), seconds: whole(part.ephemeralExpiration ?? 0) ?? 0 };
    return { type: 'chat.disappearing_changed', data };
  }
  if (part.type !== Type.GROUP_MEMBER_LABEL_CHANGE || !isGroup(told.chat.jid)) return null;
  const tag = textOf(part.memberLabel?.label, MAX_NAME) ?? null;
  return { type: 'group.member_tagged', data: { ...about(told), tag } };
};

/** What is changed of another message. */
const changeEvent = (
  part: proto.Message.IProtocolMessage,
  told: Told,
  directory: Directory,
): WildcatEvent | null => {
  if (!part.key?.id) return null;
  const target = targetOf(part.key, told, directory);
  if (part.type === Type.REVOKE) {
    const right = told.isWritten && isGroup(told.chat.jid) ? { byAdmin: told.edit === ADMIN_REVOKE } : {};
    return { type: 'message.revoked', data: { ...about(told), target, ...right } };
  }
  if (part.type !== Type.MESSAGE_EDIT || !part.editedMessage) return null;
  return { type: 'message.edited', data: { ...about(told), target, content: contentOf(part.editedMessage) } };
};

const received = (told: Told, content: Content): WildcatEvent => {
  const { waId, fromMe, chat, from, timestamp, pushName } = told;
  const type = fromMe ? 'message.sent_elsewhere' : 'message.received';
  const named = pushName === undefined ? null : { waId, chat, from, timestamp, pushName, content };
  return { type, data: named ?? { waId, chat, from, timestamp, content } };
};

const voteEvent = (
  update: proto.Message.IPollUpdateMessage,
  told: Told,
  directory: Directory,
  secretOf: Polls['secretOf'],
): WildcatEvent | null => {
  if (!update.pollCreationMessageKey?.id || !update.vote) return null;
  const target = reactionTarget(update.pollCreationMessageKey, told, directory);
  const secret = secretOf(target);
  const options = secret && readVote(update.vote, { ...target, secret }, told.from);
  return options ? { type: 'poll.vote_cast', data: { ...about(told), target, options } } : null;
};

const readMessage = (
  wrapped: Message,
  told: Told,
  directory: Directory,
  secretOf: Polls['secretOf'],
): WildcatEvent | null => {
  const { message } = unwrap(wrapped);
  const { protocolMessage: protocol, reactionMessage: reaction } = message;
  if (isDeviceTalk(message)) return null;
  if (reaction?.key?.id) {
    const target = reactionTarget(reaction.key, told, directory);
    return {
      type: 'message.reacted',
      data: { ...about(told), target, emoji: cut(reaction.text ?? '', MAX_NAME) },
    };
  }
  const vote = message.pollUpdateMessage;
  const special = protocol ? (settingEvent(protocol, told) ?? changeEvent(protocol, told, directory)) : null;
  const cast = vote ? voteEvent(vote, told, directory, secretOf) : null;
  return special ?? cast ?? pinEvent(wrapped, told, directory) ?? received(told, contentOf(wrapped));
};

// What a stranger made to break us is still a message: it is logged with its raw bytes.
const messageEvent = (
  wrapped: Message,
  told: Told,
  directory: Directory,
  secretOf: Polls['secretOf'],
): WildcatEvent | null => {
  try {
    return readMessage(wrapped, told, directory, secretOf);
  } catch {
    return received(told, { type: 'unknown', text: null });
  }
};

const stubEvent = (message: WAMessage, told: Told, directory: Directory): WildcatEvent | null => {
  const { waId, fromMe, chat, from, timestamp } = told;
  if (message.messageStubType === WAMessageStubType.CIPHERTEXT) {
    // own devices' talk: Baileys confirms it unread, so that it does not come again
    if (message.category === 'peer') return null;
    const mine = fromMe ? { fromMe } : {};
    const retry = whole('retryCount' in message ? message.retryCount : 0) ?? 0;
    const reason = message.messageStubParameters?.[0] ?? 'unknown';
    return { type: 'message.undecryptable', data: { ...mine, waId, chat, from, timestamp, reason, retry } };
  }
  if (CALL_STUBS.has(message.messageStubType ?? -1)) return received(told, { type: 'call', text: null });
  if (message.key.isViewOnce) return received(told, { type: 'unknown', text: null, viewOnce: true });
  const notice = noticeEvent(message, { waId, chat, from, timestamp }, directory);
  return notice?.type === 'group.created' && told.timer !== undefined
    ? { ...notice, data: { ...notice.data, disappearing: told.timer } }
    : notice;
};

/**
 * What a message of WhatsApp means, or null where it says nothing that belongs in the log (keys, history, own
 * devices' talk). Pure; the same for what the seam decrypted and for what the tap on `ev.emit` saw. `message` is as
 * Baileys' `decodeMessageNode` and `cleanMessage` leave it. `secretOf` reads the votes of the polls that it knows.
 */
export const eventOf = (
  message: WAMessage,
  hints: Hints,
  directory: Directory,
  secretOf: Polls['secretOf'] = () => undefined,
): WildcatEvent | null => {
  if (!message.key.id || !message.key.remoteJid) return null;
  const told = tell(message, hints, directory);
  return message.message && !isUnread(message)
    ? messageEvent(message.message, told, directory, secretOf)
    : stubEvent(message, told, directory);
};
