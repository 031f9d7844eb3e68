import { type BinaryNode, node } from '../../protocol/node.ts';
import { addressOf, otherDomain, type World } from '../world.ts';
import { type Group, groupJid } from './state.ts';
import { participantNode } from './world.ts';

const unixSeconds = (milliseconds: number) => String(Math.floor(milliseconds / 1000));

/** Both names of a person under two attribute names. */
const named = (world: World, group: Group, number: string, names: readonly [string, string]) => {
  const phone = world.state.phones.get(number);
  if (phone === undefined) return {};
  const device = { phone, device: 0 };
  const [own, alternate] = names;
  return {
    [own]: addressOf(device, group.addressing),
    // only the phone number has a name of its own in these attributes
    ...(group.addressing === 'lid' ? { [alternate]: addressOf(device, otherDomain(group.addressing)) } : {}),
  };
};

const descriptionNode = (world: World, group: Group): BinaryNode[] => {
  const { description } = group;
  if (description === undefined) return [];
  const names = named(world, group, description.by, ['participant', 'participant_pn']);
  return [
    node('description', { id: description.id, t: unixSeconds(description.at), ...names }, [
      node('body', {}, Buffer.from(description.text)),
    ]),
  ];
};

const settingNodes = (group: Group): BinaryNode[] => [
  ...(group.announce ? [node('announcement')] : []),
  ...(group.locked ? [node('locked')] : []),
  ...(group.ephemeral > 0 ? [node('ephemeral', { expiration: String(group.ephemeral) })] : []),
  ...(group.joinApproval
    ? [node('membership_approval_mode', {}, [node('group_join', { state: 'on' })])]
    : []),
  node('member_add_mode', {}, Buffer.from(group.memberAddMode)),
];

interface MetadataOptions {
  /** People that are no participants but named with an error: they could not be added. */
  readonly refused?: readonly BinaryNode[];
  /** Leaves the participants out, as an invite code alone tells them to nobody. */
  readonly withoutParticipants?: boolean;
}

/** A `<group>` with all about it (groups.js, extractGroupMetadata). */
export const groupNode = (world: World, group: Group, options: MetadataOptions = {}): BinaryNode =>
  node(
    'group',
    {
      id: group.id,
      jid: groupJid(group),
      subject: group.subject,
      s_t: unixSeconds(group.subjectAt),
      creation: unixSeconds(group.createdAt),
      addressing_mode: group.addressing === 'lid' ? 'lid' : 'pn',
      size: String(group.participants.size),
      ...named(world, group, group.creator, ['creator', 'creator_pn']),
      ...named(world, group, group.subjectBy, ['s_o', 's_o_pn']),
    },
    [
      ...descriptionNode(world, group),
      ...settingNodes(group),
      ...(options.withoutParticipants
        ? []
        : [...group.participants.keys()].map((number) => participantNode(world, group, number))),
      ...(options.refused ?? []),
    ],
  );
