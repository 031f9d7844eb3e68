import { parseJid } from '../../protocol/jid.ts';
import { type BinaryNode, node } from '../../protocol/node.ts';
import { deliver } from '../delivery.ts';
import { notification } from '../notification.ts';
import type { Phone } from '../state.ts';
import { addressOf, type DeviceRef, devicesOf, otherDomain, type World } from '../world.ts';
import { GROUP_SERVER, type Group, groupJid } from './state.ts';

/** The group a jid names; undefined for one that is not there, and for what is no group. */
export const findGroup = (world: World, jid: string | undefined): Group | undefined => {
  const parsed = parseJid(jid);
  return parsed?.server === GROUP_SERVER ? world.state.groups.get(parsed.user) : undefined;
};

export const membersOf = (world: World, group: Group): Phone[] =>
  [...group.participants.keys()].flatMap((number) => world.state.phones.get(number) ?? []);

export const groupsOf = (world: World, phone: Phone): Group[] =>
  [...world.state.groups.values()].filter((group) => group.participants.has(phone.number));

/** Both names of a device, as stanzas of the group give them: `{prefix}` and `{prefix}_pn` or `{prefix}_lid`. */
const bothNames = (group: Group, device: DeviceRef, prefix: string): Record<string, string> => {
  const alternate = group.addressing === 'lid' ? 'pn' : 'lid';
  return {
    [prefix]: addressOf(device, group.addressing),
    [`${prefix}_${alternate}`]: addressOf({ ...device, device: 0 }, otherDomain(group.addressing)),
  };
};

/** A `<participant>`: one name as its jid, the other one beside it. */
export const participantNode = (
  world: World,
  group: Group,
  number: string,
  more: Record<string, string | undefined> = {},
): BinaryNode => {
  const phone = world.state.phones.get(number);
  if (phone === undefined) return node('participant', { jid: `${number}@s.whatsapp.net`, ...more });
  const device = { phone, device: 0 };
  const rank = group.participants.get(number);
  return node('participant', {
    jid: addressOf(device, group.addressing),
    [group.addressing === 'lid' ? 'phone_number' : 'lid']: addressOf(device, otherDomain(group.addressing)),
    type: rank === 'member' ? undefined : rank,
    ...more,
  });
};

/** Tells people (all members, if not said otherwise) on all their devices what `actor` has changed (type `w:gp2`). */
export const notifyGroup = (
  world: World,
  group: Group,
  actor: Phone,
  { change, to }: { readonly change: BinaryNode; readonly to?: readonly Phone[] },
): void => {
  const about = {
    from: groupJid(group),
    type: 'w:gp2',
    notify: actor.name,
    addressing_mode: group.addressing === 'lid' ? 'lid' : 'pn',
    ...bothNames(group, { phone: actor, device: 0 }, 'participant'),
  };
  const told = notification(world, about, change);
  for (const device of (to ?? membersOf(world, group)).flatMap(devicesOf)) deliver(world, device, told);
};
