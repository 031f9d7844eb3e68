import { proto, type WAMessage } from '@whiskeysockets/baileys';

type Message = proto.IMessage;

// Keys of the group and the list of a person's devices: secrets and noise.
const strip = ({ senderKeyDistributionMessage: _, messageContextInfo, ...message }: Message): Message => {
  if (!messageContextInfo) return message;
  const { deviceListMetadata: _list, deviceListMetadataVersion: _version, ...info } = messageContextInfo;
  return { ...message, messageContextInfo: info };
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

/** The content of a logged `raw`, as the `proto.Message` bytes that were decrypted then. */
export const messageOfRaw = (raw: string): Uint8Array => {
  const { message } = proto.WebMessageInfo.decode(Buffer.from(raw, 'base64'));
  return proto.Message.encode(message ?? {}).finish();
};
