import { proto } from '@whiskeysockets/baileys';
import { SERVER } from '../protocol/jid.ts';
import { type BinaryNode, node } from '../protocol/node.ts';
import { routeMessage } from '../server/messages.ts';
import type { Phone, SentMessage } from '../server/state.ts';
import { addressOf, type DeviceRef, devicesOf, type World } from '../server/world.ts';
import { compose, type Outgoing } from './compose.ts';
import { deviceSent, encodeMessage, newMessageId } from './content.ts';
import { encryptTo } from './encrypt.ts';
import { encryptForMany } from './group-send.ts';
import { takeIn } from './take-in.ts';

/** What companions get instead of a message that is to be seen once (decode-wa-message.js). */
const UNAVAILABLE = node('unavailable', { type: 'view_once' });

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
    const enc =
      message.viewOnce && target.device !== 0 ? UNAVAILABLE : encryptTo(world, phone, target, { content });
    return enc === undefined ? [] : [node('to', { jid: addressOf(target, message.domain) }, [enc])];
  });
  const attrs = { id: message.id, to: jid, ...message.attrs };
  return node('message', attrs, [node('participants', {}, copies)]);
};

/** Keeps a message for retries and shows it, or what it changes, in the sender's own chat. */
export const remember = (world: World, phone: Phone, message: SentMessage): void => {
  phone.sent.set(message.id, message);
  takeIn(world, phone, {
    id: message.id,
    chat: message.to,
    from: phone.number,
    at: world.now(),
    message: proto.Message.decode(message.content),
  });
};

/** Sends a message to all devices of a person, a group or a broadcast, and the sender's own companions; gives its id. */
export const send = (world: World, phone: Phone, outgoing: Outgoing): string => {
  const message = compose(world, phone, outgoing);
  remember(world, phone, message);
  const { to } = outgoing;
  const stanza =
    typeof to === 'string'
      ? encryptForMany(world, phone, message)
      : encryptMessage(world, phone, message, receivers(phone, to));
  routeMessage(world, { phone, device: 0 }, stanza);
  return message.id;
};

/** Sends one of the own companions something only it is meant to see (`category="peer"`). */
export const sendPeer = (world: World, target: DeviceRef, message: proto.IMessage): void => {
  const { phone } = target;
  const content = encodeMessage(message);
  const id = newMessageId(world.random);
  const enc = encryptTo(world, phone, target, { content });
  phone.sent.set(id, {
    id,
    to: phone.number,
    domain: SERVER,
    content,
    attrs: { type: 'text' },
    viewOnce: false,
  });
  if (enc === undefined) return;
  const attrs = { id, to: addressOf(target, SERVER), type: 'text', category: 'peer' };
  routeMessage(world, { phone, device: 0 }, node('message', attrs, [enc]));
};
