import { proto, type WAMessage, WAMessageStubType } from '@whiskeysockets/baileys';

const { Type } = proto.Message.ProtocolMessage;

/** What our own devices tell each other: keys, history, app state. Secret, and no message. */
const SELF_ONLY: ReadonlySet<number> = new Set([
  Type.HISTORY_SYNC_NOTIFICATION,
  Type.APP_STATE_SYNC_KEY_SHARE,
  Type.APP_STATE_SYNC_KEY_REQUEST,
  Type.APP_STATE_FATAL_EXCEPTION_NOTIFICATION,
  Type.INITIAL_SECURITY_NOTIFICATION_SETTING_SYNC,
  Type.LID_MIGRATION_MAPPING_SYNC,
  Type.PEER_DATA_OPERATION_REQUEST_MESSAGE,
  Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
]);

const isKeyOnly = (message: proto.IMessage): boolean => {
  const { senderKeyDistributionMessage: skdm, messageContextInfo: _, ...rest } = message;
  return (
    skdm !== null &&
    skdm !== undefined &&
    Object.values(rest).every((part) => part === null || part === undefined)
  );
};

/** Whether devices say it to each other, and nobody to a person. */
export const isDeviceTalk = (message: proto.IMessage): boolean =>
  isKeyOnly(message) || SELF_ONLY.has(message.protocolMessage?.type ?? -1);

/** Of a group message whose sender's key came with it, but the key could be read and nothing else. */
export const isUnread = ({ message, messageStubType }: WAMessage): boolean =>
  messageStubType === WAMessageStubType.CIPHERTEXT && Boolean(message && isKeyOnly(message));
