import { proto, type WAMessage } from '@whiskeysockets/baileys';
import type { PreparedSend } from '../../../ports/whatsapp.ts';

type Message = proto.IMessage;

/**
 * Without keys of the group and the list of a person's devices: secrets and noise. By `create`, since what a spread
 * makes has a hidden class of its own on Node 20, and encoding looks for each of a hundred fields.
 */
const strip = (message: Message): Message => {
  const { senderKeyDistributionMessage: keys, messageContextInfo: context } = message;
  if (!keys && !context) return message;
  const stripped = proto.Message.create(message);
  stripped.senderKeyDistributionMessage = null;
  if (!context) return stripped;
  const info = proto.MessageContextInfo.create(context);
  info.deviceListMetadata = null;
  info.deviceListMetadataVersion = null;
  stripped.messageContextInfo = info;
  return stripped;
};

/** What goes into the log as `raw`: WhatsApp's own `proto.WebMessageInfo` in base64, without Signal keys. */
export const rawOf = (message: WAMessage): string | undefined => {
  if (!message.message) return undefined;
  const { key, messageTimestamp, pushName, participant, verifiedBizName, broadcast } = message;
  const inner = message.message.deviceSentMessage?.message ?? message.message;
  const info: proto.IWebMessageInfo = {
    key,
    message: strip(inner),
    messageTimestamp: messageTimestamp ?? null,
    pushName: pushName ?? null,
    participant: participant ?? null,
    verifiedBizName: verifiedBizName ?? null,
    broadcast: broadcast === true ? true : null,
  };
  return Buffer.from(proto.WebMessageInfo.encode(info).finish()).toString('base64');
};

/** A logged `raw` as Baileys has it. Throws on what is none. */
export const infoOfRaw = (raw: string): proto.WebMessageInfo =>
  proto.WebMessageInfo.decode(Buffer.from(raw, 'base64'));

/** The content of a logged `raw`, as the `proto.Message` bytes that were decrypted then. */
export const messageOfRaw = (raw: string): Uint8Array => {
  const { message } = infoOfRaw(raw);
  return proto.Message.encode(message ?? {}).finish();
};

/** Whom a logged `raw` names as its author, as the chat's own keys do; null in a chat with one person. */
export const participantOfRaw = (raw: string): string | null => {
  const { key } = infoOfRaw(raw);
  return key?.participant ? key.participant : null;
};

/** A message of ours as its outbox row has it, in the form of a logged `raw`. */
export const rawOfPrepared = ({
  waId,
  to,
  message,
}: Pick<PreparedSend, 'waId' | 'to' | 'message'>): string => {
  const key = { id: waId, remoteJid: to, fromMe: true };
  const info = { key, message: proto.Message.decode(message) };
  return Buffer.from(proto.WebMessageInfo.encode(info).finish()).toString('base64');
};
