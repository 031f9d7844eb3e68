import { proto } from '@whiskeysockets/baileys';
import { type Domain, SERVER } from '../protocol/jid.ts';
import { type BinaryNode, node } from '../protocol/node.ts';
import { findGroup } from '../server/groups/world.ts';
import { routeMessage } from '../server/messages.ts';
import type { DisplayedMessage, Phone, SentMessage } from '../server/state.ts';
import { addressOf, type DeviceRef, devicesOf, type World } from '../server/world.ts';
import { deviceSent, newMessageId, readable, textMessage } from './content.ts';
import { display } from './display.ts';
import { encryptTo } from './encrypt.ts';
import { encryptForMany } from './group-send.ts';

export interface OutgoingText {
  /** A person, or the jid of a group or broadcast. */
  readonly to: Phone | string;
  readonly text: string;
  readonly quoted?: DisplayedMessage | undefined;
  readonly mentions?: readonly Phone[] | undefined;
  readonly addressing?: Domain | undefined;
  readonly id?: string | undefined;
  /** Whom a broadcast is for: numbers. */
  readonly audience?: readonly string[] | undefined;
}

/** A message put together: what is said to whom under which id. */
export const composeText = (world: World, phone: Phone, message: OutgoingText): SentMessage => {
  const { to, id, audience } = message;
  const group = typeof to === 'string' ? findGroup(world, to) : undefined;
  const domain = group?.addressing ?? message.addressing ?? phone.behaviour.addressing;
  const name = (person: Phone) => addressOf({ phone: person, device: 0 }, domain);
  const author = message.quoted && world.state.phones.get(message.quoted.from);
  const content = textMessage(
    {
      text: message.text,
      quoted:
        message.quoted && author
          ? { id: message.quoted.id, participant: name(author), content: message.quoted.content }
          : undefined,
      mentions: message.mentions?.map(name),
    },
    world.random,
  );
  const chat = typeof to === 'string' ? to : to.number;
  return { id: id ?? newMessageId(world.random), to: chat, domain, content, audience };
};

/** Who gets a copy: all devices of the receiver and the sender's own companions. */
const receivers = (phone: Phone, to: Phone): DeviceRef[] =>
  [...devicesOf(to), ...(to === phone ? [] : devicesOf(phone))].filter(
    (target) => target.phone !== phone || target.device !== 0,
  );

/** The stanza of a message, encrypted for each of `targets`. */
export const encryptMessage = (
  world: World,
  phone: Phone,
  message: SentMessage,
  targets: readonly DeviceRef[],
): BinaryNode => {
  const to = world.state.phones.get(message.to);
  if (to === undefined) throw new Error(`nobody has the number ${message.to}`);
  const jid = addressOf({ phone: to, device: 0 }, message.domain);
  const copies = targets.flatMap((target) => {
    const content = target.phone === phone ? deviceSent(jid, message.content) : message.content;
    const enc = encryptTo(world, phone, target, { content });
    return enc === undefined ? [] : [node('to', { jid: addressOf(target, message.domain) }, [enc])];
  });
  return node('message', { id: message.id, to: jid, type: 'text' }, [node('participants', {}, copies)]);
};

/** Keeps a message for retries and shows it in the sender's own chat. */
export const remember = (world: World, phone: Phone, message: SentMessage): void => {
  const words = readable(proto.Message.decode(message.content));
  phone.sent.set(message.id, message);
  if (words === undefined) return;
  display(world, phone, {
    ...words,
    id: message.id,
    chat: message.to,
    from: phone.number,
    at: world.now(),
    content: message.content,
  });
};

/** Sends a text to all devices of a person, a group or a broadcast, and the sender's own companions; gives its id. */
export const sendText = (world: World, phone: Phone, text: OutgoingText): string => {
  const message = composeText(world, phone, text);
  remember(world, phone, message);
  const stanza =
    typeof text.to === 'string'
      ? encryptForMany(world, phone, message)
      : encryptMessage(world, phone, message, receivers(phone, text.to));
  routeMessage(world, { phone, device: 0 }, stanza);
  return message.id;
};

/** Sends one of the own companions something only it is meant to see (`category="peer"`). */
export const sendPeer = (world: World, target: DeviceRef, message: proto.IMessage): void => {
  const { phone } = target;
  const content = Buffer.from(proto.Message.encode(message).finish());
  const id = newMessageId(world.random);
  const enc = encryptTo(world, phone, target, { content });
  phone.sent.set(id, { id, to: phone.number, domain: SERVER, content });
  if (enc === undefined) return;
  const attrs = { id, to: addressOf(target, SERVER), type: 'text', category: 'peer' };
  routeMessage(world, { phone, device: 0 }, node('message', attrs, [enc]));
};
