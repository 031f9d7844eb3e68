import { type BinaryNode, children, node } from '../../protocol/node.ts';
import {
  acceptInvite,
  acceptPersonalInvite,
  answerRequests,
  inviteCode,
  inviteInfo,
  listRequests,
  revokePersonal,
} from '../groups/invites.ts';
import { changeMembers, createGroup, FORBIDDEN, leaveGroup } from '../groups/members.ts';
import { groupNode } from '../groups/metadata.ts';
import { changeSetting } from '../groups/settings.ts';
import { GROUP_SERVER, type Group } from '../groups/state.ts';
import { findGroup, groupsOf } from '../groups/world.ts';
import type { Phone } from '../state.ts';
import type { World } from '../world.ts';
import type { IqError, IqHandler } from './types.ts';

type Answer = BinaryNode[] | IqError | undefined;

const leaveAll = (world: World, actor: Phone, asked: BinaryNode): Answer => {
  const left = children(asked, 'group').map(({ attrs }) => {
    const group = findGroup(world, attrs.id);
    const done = group !== undefined && leaveGroup(world, group, actor);
    return node('group', { id: attrs.id, ...(done ? {} : { error: '404' }) });
  });
  return [node('leave', {}, left)];
};

/** What is asked of no group in particular (`to="@g.us"`). */
const askAll = (world: World, actor: Phone, type: string | undefined, asked: BinaryNode): Answer => {
  switch (asked.tag) {
    case 'create':
      return createGroup(world, actor, asked);
    case 'leave':
      return leaveAll(world, actor, asked);
    case 'participating':
      return [
        node(
          'groups',
          {},
          groupsOf(world, actor).map((group) => groupNode(world, group)),
        ),
      ];
    case 'invite':
      return type === 'get'
        ? inviteInfo(world, asked.attrs.code)
        : acceptInvite(world, actor, asked.attrs.code);
    default:
      return undefined;
  }
};

const askOne = (world: World, group: Group, iq: BinaryNode, actor: Phone): Answer => {
  const [asked] = children(iq);
  if (asked === undefined) return undefined;
  switch (asked.tag) {
    case 'query':
      return group.participants.has(actor.number) ? [groupNode(world, group)] : FORBIDDEN;
    case 'invite':
      return inviteCode(world, group, actor, iq.attrs.type);
    case 'add':
    case 'remove':
    case 'promote':
    case 'demote':
      return changeMembers(world, group, actor, asked);
    case 'membership_approval_requests':
      return listRequests(world, group, actor);
    case 'membership_requests_action':
      return answerRequests(world, group, actor, asked);
    case 'accept':
      return acceptPersonalInvite(world, group, actor, asked);
    case 'revoke':
      return revokePersonal(world, group, actor, asked);
    default:
      return changeSetting(world, group, actor, asked);
  }
};

/** What anybody, companion or phone, asks of the groups (`w:g2`, groups.js). */
export const askGroups = (world: World, actor: Phone, iq: BinaryNode): Answer => {
  const [asked] = children(iq);
  if (asked === undefined) return undefined;
  if (iq.attrs.to === `@${GROUP_SERVER}`) return askAll(world, actor, iq.attrs.type, asked);
  const group = findGroup(world, iq.attrs.to);
  return group === undefined ? { code: 404, text: 'item-not-found' } : askOne(world, group, iq, actor);
};

export const groups: IqHandler = ({ world, device }, iq) => askGroups(world, device.phone, iq);
