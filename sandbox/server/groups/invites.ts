import { type BinaryNode, child, children, node } from '../../protocol/node.ts';
import type { IqError } from '../iq/types.ts';
import type { Phone } from '../state.ts';
import { addressOf, changed, otherDomain, resolve, type World } from '../world.ts';
import { FORBIDDEN, letIn, newInviteCode } from './members.ts';
import { groupNode } from './metadata.ts';
import { type Group, groupJid, isAdmin } from './state.ts';
import { membersOf, notifyGroup, participantNode } from './world.ts';

const GONE: IqError = { code: 410, text: 'gone' };
const NOT_ACCEPTABLE: IqError = { code: 406, text: 'not-acceptable' };

/** The group an invite code leads into: 410 for a revoked one, 406 for one that never was. */
const groupOfCode = (world: World, code: string | undefined): Group | IqError => {
  const groups = [...world.state.groups.values()];
  const group = groups.find(({ inviteCode }) => inviteCode === code);
  if (group !== undefined) return group;
  return groups.some(({ revoked }) => revoked.has(code ?? '')) ? GONE : NOT_ACCEPTABLE;
};

/** What an invite code says about its group, to people outside. */
export const inviteInfo = (world: World, code: string | undefined): BinaryNode[] | IqError => {
  const group = groupOfCode(world, code);
  return 'code' in group ? group : [groupNode(world, group, { withoutParticipants: true })];
};

/** Tells the admins that somebody wants to come in. */
const askToJoin = (world: World, group: Group, actor: Phone): void => {
  group.requests.set(actor.number, { at: world.now(), method: 'invite_link' });
  const admins = membersOf(world, group).filter(({ number }) => isAdmin(group, number));
  const asked = [participantNode(world, group, actor.number)];
  const change = node('created_membership_requests', { request_method: 'invite_link' }, asked);
  notifyGroup(world, group, actor, { change, to: admins });
  changed(world);
};

/** Joins by an invite code; with join approval on it only asks to. */
export const acceptInvite = (
  world: World,
  actor: Phone,
  code: string | undefined,
): BinaryNode[] | IqError => {
  const group = groupOfCode(world, code);
  if ('code' in group) return group;
  if (group.participants.has(actor.number)) return { code: 409, text: 'conflict' };
  if (group.joinApproval) {
    askToJoin(world, group, actor);
    return [node('membership_approval_request', { jid: groupJid(group) })];
  }
  letIn(world, group, actor, { people: [actor], reason: 'invite' });
  return [node('group', { jid: groupJid(group) })];
};

/** Accepts an invite that was sent to one person (`groupInviteMessage`). */
export const acceptPersonalInvite = (
  world: World,
  group: Group,
  actor: Phone,
  asked: BinaryNode,
): BinaryNode[] | IqError => {
  const invite = group.personal.get(actor.number);
  if (invite === undefined || invite.code !== asked.attrs.code) return NOT_ACCEPTABLE;
  if (invite.expiration * 1000 < world.now()) return GONE;
  const inviter = resolve(world, asked.attrs.admin)?.phone ?? actor;
  letIn(world, group, inviter, { people: [actor], reason: 'invite' });
  return [node('group', { jid: groupJid(group) })];
};

/** The invite code of a group, or a new one instead of it (`type="set"`). */
export const inviteCode = (
  world: World,
  group: Group,
  actor: Phone,
  type: string | undefined,
): BinaryNode[] | IqError => {
  if (!isAdmin(group, actor.number)) return FORBIDDEN;
  if (type === 'set') {
    group.revoked.add(group.inviteCode);
    group.inviteCode = newInviteCode(world);
    notifyGroup(world, group, actor, { change: node('invite', { code: group.inviteCode }) });
    changed(world);
  }
  return [node('invite', { code: group.inviteCode })];
};

/** Who waits to be let in. */
export const listRequests = (world: World, group: Group, actor: Phone): BinaryNode[] | IqError => {
  if (!isAdmin(group, actor.number)) return FORBIDDEN;
  const waiting = [...group.requests].flatMap(([number, { at, method }]) => {
    const phone = world.state.phones.get(number);
    if (phone === undefined) return [];
    const device = { phone, device: 0 };
    return node('membership_approval_request', {
      jid: addressOf(device, group.addressing),
      [group.addressing === 'lid' ? 'phone_number' : 'lid']: addressOf(device, otherDomain(group.addressing)),
      request_time: String(Math.floor(at / 1000)),
      request_method: method,
    });
  });
  return [node('membership_approval_requests', {}, waiting)];
};

/** Lets people in who wait, or turns them down; who does not wait is answered 404. */
export const answerRequests = (
  world: World,
  group: Group,
  actor: Phone,
  asked: BinaryNode,
): BinaryNode[] | IqError => {
  if (!isAdmin(group, actor.number)) return FORBIDDEN;
  const tag = child(asked, 'approve') === undefined ? 'reject' : 'approve';
  const people: Phone[] = [];
  const answers = children(child(asked, tag), 'participant').map(({ attrs }) => {
    const phone = resolve(world, attrs.jid)?.phone;
    if (phone === undefined || !group.requests.delete(phone.number)) {
      return node('participant', { jid: attrs.jid, error: '404' });
    }
    people.push(phone);
    return node('participant', { jid: attrs.jid });
  });
  if (tag === 'approve') letIn(world, group, actor, { people, reason: 'invite' });
  else if (people.length > 0) {
    const turnedDown = people.map(({ number }) => participantNode(world, group, number));
    const admins = membersOf(world, group).filter(({ number }) => isAdmin(group, number));
    const change = node('revoked_membership_requests', {}, turnedDown);
    notifyGroup(world, group, actor, { change, to: [...admins, ...people] });
  }
  changed(world);
  return [node('membership_requests_action', {}, [node(tag, {}, answers)])];
};

/** Takes back invites to single people. */
export const revokePersonal = (
  world: World,
  group: Group,
  actor: Phone,
  asked: BinaryNode,
): BinaryNode[] | IqError => {
  if (!isAdmin(group, actor.number)) return FORBIDDEN;
  for (const { attrs } of children(asked, 'participant')) {
    const phone = resolve(world, attrs.jid)?.phone;
    if (phone !== undefined) group.personal.delete(phone.number);
  }
  return [];
};
