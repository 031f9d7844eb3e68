import { parseJid, SERVER } from '../protocol/jid.ts';
import { type BinaryNode, child, children, node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { ADMIN_REVOKE, GROUP_SERVER, isAdmin, mayPin, PIN } from './groups/state.ts';
import { findGroup, membersOf } from './groups/world.ts';
import type { Phone } from './state.ts';
import { tampered } from './tamper.ts';
import { namesHeld } from './trouble.ts';
import {
  addressOf,
  type DeviceRef,
  deviceKey,
  devicesOf,
  domainOf,
  otherDomain,
  resolve,
  seconds,
  type World,
} from './world.ts';

/** Where a person's status goes, and comes from. */
export const STATUS = 'status@broadcast';

/** Whether a jid names a chat of many: a group or a broadcast. */
export const isFanOut = (jid: string | undefined): boolean => {
  const server = parseJid(jid)?.server;
  return server === GROUP_SERVER || server === 'broadcast';
};

/** Whether a person may send that: in groups members only, to announcement groups, as an admin, and pins to locked ones admins only. */
export const mayWrite = (world: World, phone: Phone, { to, edit }: BinaryNode['attrs']): boolean => {
  if (parseJid(to)?.server !== GROUP_SERVER) return true;
  const group = findGroup(world, to);
  if (!group?.participants.has(phone.number)) return false;
  if (edit === PIN && !mayPin(group, phone.number)) return false;
  return (!group.announce && edit !== ADMIN_REVOKE) || isAdmin(group, phone.number);
};

/** What was encrypted for single devices: the sender's key for the chat, mostly. */
const singleCopies = (world: World, stanza: BinaryNode): Map<string, BinaryNode> => {
  const copies = new Map<string, BinaryNode>();
  for (const to of children(child(stanza, 'participants'), 'to')) {
    const target = resolve(world, to.attrs.jid);
    const enc = child(to, 'enc');
    if (target !== undefined && enc !== undefined) copies.set(deviceKey(target), enc);
  }
  return copies;
};

/** Who gets it: the one who asked again, all members of a group, or those a broadcast was made for. */
const targetsOf = (
  world: World,
  stanza: BinaryNode,
  copies: ReadonlyMap<string, BinaryNode>,
): DeviceRef[] => {
  const { to, participant } = stanza.attrs;
  if (participant !== undefined) {
    const target = resolve(world, participant);
    return target === undefined ? [] : [target];
  }
  const group = findGroup(world, to);
  if (group !== undefined) return membersOf(world, group).flatMap(devicesOf);
  return [...world.state.phones.values()].flatMap(devicesOf).filter((one) => copies.has(deviceKey(one)));
};

/** The name of the sender: as the group names people, by phone number to the own devices, else as it wrote. */
const senderDomain = (world: World, sender: DeviceRef, stanza: BinaryNode, target: DeviceRef) => {
  const group = findGroup(world, stanza.attrs.to);
  if (group !== undefined) return group.addressing;
  // rc14 knows its own status by its phone number only
  if (target.phone === sender.phone) return SERVER;
  return domainOf(children(child(stanza, 'participants'), 'to')[0]?.attrs.jid ?? stanza.attrs.participant);
};

/** Gives a message to a group or broadcast to each device it is for, the sender's key before what needs it. */
export const routeToChat = (world: World, sender: DeviceRef, stanza: BinaryNode): void => {
  const { attrs } = stanza;
  const copies = singleCopies(world, stanza);
  const shared = children(stanza, 'enc');
  const identity = children(stanza, 'device-identity');
  for (const target of targetsOf(world, stanza, copies)) {
    if (deviceKey(target) === deviceKey(sender)) continue;
    const domain = senderDomain(world, sender, stanza, target);
    const single = copies.get(deviceKey(target));
    const names = {
      participant: addressOf(sender, domain),
      [`participant_${domain === 'lid' ? 'pn' : 'lid'}`]: namesHeld(target)
        ? undefined
        : addressOf({ ...sender, device: 0 }, otherDomain(domain)),
    };
    const envelope = {
      from: attrs.to,
      id: attrs.id,
      t: attrs.t ?? seconds(world),
      type: attrs.type,
      notify: sender.phone.name,
      addressing_mode: domain === 'lid' ? 'lid' : 'pn',
      edit: attrs.edit,
      expiration: attrs.expiration,
      ...names,
    };
    const encs = [
      ...(single === undefined ? [] : [single]),
      ...shared.map((enc) => tampered(sender, target, enc)),
    ];
    deliver(world, target, node('message', envelope, [...encs, ...identity]));
  }
};
