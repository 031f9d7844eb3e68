import { proto } from '@whiskeysockets/baileys';
import { isFanOut } from '../server/fan-out.ts';
import type { DisplayedMessage, MessageStatus } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { isStarred } from './app-state/change.ts';
import { keyOf, nameOf } from './keys.ts';

const { Status, StubType } = proto.WebMessageInfo;

const STATUS: Readonly<Record<MessageStatus, proto.WebMessageInfo.Status>> = {
  sent: Status.SERVER_ACK,
  delivered: Status.DELIVERY_ACK,
  read: Status.READ,
  played: Status.PLAYED,
};

const reactionsTo = (
  world: World,
  phone: Phone,
  message: DisplayedMessage,
): Pick<proto.IWebMessageInfo, 'reactions'> => {
  if (message.reactions.length === 0) return {};
  const domain = phone.behaviour.addressing;
  return {
    reactions: message.reactions.map(({ from, text }) => ({
      text,
      key: {
        remoteJid: nameOf(world, message.chat, domain),
        fromMe: from === phone.number,
        id: message.id,
        ...(isFanOut(message.chat) && { participant: nameOf(world, from, domain) }),
      },
    })),
  };
};

/** A shown message as a phone hands it to its companions afterwards: in a history, or when asked for one. */
export const webMessage = (world: World, phone: Phone, message: DisplayedMessage): proto.IWebMessageInfo => {
  const { status, kind, content, fromMe } = message;
  const author = world.state.phones.get(message.from);
  return {
    key: keyOf(world, message, phone.behaviour.addressing),
    messageTimestamp: Math.floor(message.at / 1000),
    status: status === undefined ? Status.DELIVERY_ACK : STATUS[status],
    ...(kind === 'deleted'
      ? { messageStubType: StubType.REVOKE }
      : { message: proto.Message.decode(content) }),
    ...(!fromMe && author && { pushName: author.name }),
    ...reactionsTo(world, phone, message),
    ...(isStarred(world, phone, message) && { starred: true }),
  };
};
