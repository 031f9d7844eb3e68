import { proto } from '@whiskeysockets/baileys';
import { type Random, randomHex } from '../protocol/random.ts';

/** Ids as Android phones make them. */
export const newMessageId = (random: Random): string => `AC${randomHex(random, 15)}`;

export interface TextContent {
  readonly text: string;
  readonly quoted?:
    | { readonly id: string; readonly participant: string; readonly content: Buffer }
    | undefined;
  /** Jids. */
  readonly mentions?: readonly string[] | undefined;
}

const contextOf = ({ quoted, mentions = [] }: TextContent): proto.IContextInfo | undefined => {
  if (quoted === undefined && mentions.length === 0) return undefined;
  return {
    mentionedJid: [...mentions],
    ...(quoted === undefined
      ? {}
      : {
          stanzaId: quoted.id,
          participant: quoted.participant,
          quotedMessage: proto.Message.decode(quoted.content),
        }),
  };
};

/** An encoded proto.Message with a text, as phones send it: bare, or extended when it quotes or mentions. */
export const textMessage = (content: TextContent, random: Random): Buffer => {
  const contextInfo = contextOf(content);
  const messageContextInfo = { messageSecret: random(32) };
  const message: proto.IMessage =
    contextInfo === undefined
      ? { conversation: content.text, messageContextInfo }
      : { extendedTextMessage: { text: content.text, contextInfo }, messageContextInfo };
  return Buffer.from(proto.Message.encode(message).finish());
};

/** Wraps what was sent for the sender's own other devices. */
export const deviceSent = (destinationJid: string, content: Buffer): Buffer =>
  Buffer.from(
    proto.Message.encode({
      deviceSentMessage: { destinationJid, message: proto.Message.decode(content) },
    }).finish(),
  );

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

/** What a person reads in a message. */
export interface Readable {
  readonly text: string;
  readonly quoted: { readonly id: string; readonly text: string } | undefined;
  /** Jids. */
  readonly mentions: readonly string[];
}

/** The words of a message; undefined for one that shows nothing (protocol messages, unknown kinds). */
export const readable = (message: proto.IMessage): Readable | undefined => {
  const text = message.conversation || message.extendedTextMessage?.text;
  if (text === undefined || text === null) return undefined;
  const context = message.extendedTextMessage?.contextInfo;
  const quotedText = context?.quotedMessage && readable(context.quotedMessage)?.text;
  return {
    text,
    quoted: context?.stanzaId ? { id: context.stanzaId, text: quotedText ?? '' } : undefined,
    mentions: context?.mentionedJid ?? [],
  };
};
