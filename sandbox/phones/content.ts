import { getContentType, normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import { type Random, randomHex } from '../protocol/random.ts';
import { ADMIN_REVOKE, PIN } from '../server/groups/state.ts';

const { Type } = proto.Message.ProtocolMessage;

/** Ids as Android phones make them. */
export const newMessageId = (random: Random): string => `AC${randomHex(random, 15)}`;

export const encodeMessage = (message: proto.IMessage): Buffer =>
  Buffer.from(proto.Message.encode(message).finish());

/** Wraps what was sent for the sender's own other devices. */
export const deviceSent = (destinationJid: string, content: Buffer): Buffer =>
  encodeMessage({ deviceSentMessage: { destinationJid, message: proto.Message.decode(content) } });

/** Pads with 1 to 16 bytes that tell their number (generics.js, writeRandomPadMax16). */
export const pad = (content: Buffer, random: Random): Buffer => {
  const length = (random(1).readUInt8(0) & 15) + 1;
  return Buffer.concat([content, Buffer.alloc(length, length)]);
};

/** Throws on a padding longer than the content. */
export const unpad = (padded: Buffer): Buffer => {
  const length = padded.at(-1) ?? 0;
  if (length === 0 || length > padded.length) throw new Error('malformed padding');
  return padded.subarray(0, padded.length - length);
};

/** Adds to what a message says about itself: quote, mentions, forwarding, expiration. A bare text becomes extended. */
export const withContext = (message: proto.IMessage, context: proto.IContextInfo): proto.IMessage => {
  if (Object.keys(context).length === 0) return message;
  const { conversation, ...rest } = message;
  if (conversation) return { ...rest, extendedTextMessage: { text: conversation, contextInfo: context } };
  const captioned = message.documentWithCaptionMessage?.message;
  if (captioned) {
    return { ...message, documentWithCaptionMessage: { message: withContext(captioned, context) } };
  }
  const kind = getContentType(message);
  const part: unknown = kind && message[kind];
  if (kind === undefined || typeof part !== 'object' || part === null) return message;
  const before = 'contextInfo' in part && typeof part.contextInfo === 'object' ? part.contextInfo : {};
  return { ...message, [kind]: { ...part, contextInfo: { ...before, ...context } } };
};

const MEDIA = new Set<string>([
  'imageMessage',
  'videoMessage',
  'audioMessage',
  'documentMessage',
  'stickerMessage',
  'locationMessage',
  'contactMessage',
  'contactsArrayMessage',
]);

/**
 * What the server is told of a message: its type, and for changes of another one which (messages-send.js). Who is no
 * admin and deletes what somebody else has written has to lie about it: the server would not take it.
 */
export const stanzaAttrs = (
  message: proto.IMessage,
  isAdmin: boolean,
): { readonly type: string; readonly edit?: string | undefined } => {
  const content = normalizeMessageContent(message);
  const kind = getContentType(content) ?? '';
  const change = content?.protocolMessage?.type;
  if (change === Type.MESSAGE_EDIT) return { type: 'text', edit: '1' };
  if (change === Type.REVOKE) {
    const others = content?.protocolMessage?.key?.fromMe === false;
    return { type: 'text', edit: others && isAdmin ? ADMIN_REVOKE : '7' };
  }
  if (kind === 'pinInChatMessage') return { type: 'text', edit: PIN };
  if (kind === 'reactionMessage') return { type: 'reaction' };
  if (kind.startsWith('poll')) return { type: 'poll' };
  return { type: MEDIA.has(kind) ? 'media' : 'text' };
};
