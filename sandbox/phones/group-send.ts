import { proto } from '@whiskeysockets/baileys';
import { type BinaryNode, node } from '../protocol/node.ts';
import { STATUS } from '../server/fan-out.ts';
import { findGroup, membersOf } from '../server/groups/world.ts';
import type { Phone, SentMessage } from '../server/state.ts';
import { addressOf, type DeviceRef, deviceKey, devicesOf, type World } from '../server/world.ts';
import { distributionOf, encryptForChat } from '../signal/groups.ts';
import { pad } from './content.ts';
import { encryptTo } from './encrypt.ts';

/** All devices that read along: those of the members (of a broadcast: of the people it is for) but the phone itself. */
const readersOf = (world: World, phone: Phone, message: SentMessage): DeviceRef[] => {
  const group = findGroup(world, message.to);
  const people =
    group === undefined
      ? [phone, ...(message.audience ?? []).flatMap((number) => world.state.phones.get(number) ?? [])]
      : membersOf(world, group);
  return people.flatMap(devicesOf).filter((one) => one.phone !== phone || one.device !== 0);
};

const senderKeyMessage = (chat: string, distribution: Buffer) =>
  Buffer.from(
    proto.Message.encode({
      senderKeyDistributionMessage: {
        groupId: chat,
        axolotlSenderKeyDistributionMessage: distribution,
      },
    }).finish(),
  );

/** The stanza of a message to a group or broadcast: encrypted once, the sender's key for those who lack it. */
export const encryptForMany = (world: World, phone: Phone, message: SentMessage): BinaryNode => {
  const domain = findGroup(world, message.to)?.addressing ?? message.domain;
  const devices = readersOf(world, phone, message);
  const chat = { chat: message.to, readers: new Set(devices.map(deviceKey)) };
  const padded = pad(message.content, world.random);
  const sent = encryptForChat(phone.signal.groups, chat, padded, world.random);
  const keyMessage = senderKeyMessage(message.to, sent.distribution);
  const copies = devices.flatMap((target) => {
    // a status is for those it names, so each of them is told the key every time
    if (message.to !== STATUS && !sent.untold.has(deviceKey(target))) return [];
    const enc = encryptTo(world, phone, target, { content: keyMessage });
    return enc === undefined ? [] : [node('to', { jid: addressOf(target, domain) }, [enc])];
  });
  const attrs = { id: message.id, to: message.to, ...message.attrs };
  return node('message', { ...attrs, addressing_mode: domain === 'lid' ? 'lid' : 'pn' }, [
    ...(copies.length === 0 ? [] : [node('participants', {}, copies)]),
    node('enc', { v: '2', type: 'skmsg' }, sent.message),
  ]);
};

/** What one device is sent that asked for a group message again: its content with the sender's key. */
export const groupRetry = (phone: Phone, message: SentMessage, target: DeviceRef) => {
  const key = distributionOf(phone.signal.groups, message.to);
  const whole = proto.Message.decode(message.content);
  if (key !== undefined) {
    whole.senderKeyDistributionMessage = {
      groupId: message.to,
      axolotlSenderKeyDistributionMessage: key,
    };
  }
  return {
    content: Buffer.from(proto.Message.encode(whole).finish()),
    to: message.to,
    participant: addressOf(target, message.domain),
  };
};
