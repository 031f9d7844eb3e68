import { type BinaryNode, children, node } from '../../protocol/node.ts';
import { randomHex } from '../../protocol/random.ts';
import type { IqError } from '../iq/types.ts';
import type { Phone } from '../state.ts';
import { changed, resolve, type World } from '../world.ts';
import { groupNode } from './metadata.ts';
import { type Group, isAdmin, type Rank } from './state.ts';
import { membersOf, notifyGroup, participantNode } from './world.ts';

export const FORBIDDEN: IqError = { code: 403, text: 'forbidden' };
const INVITE_DAYS = 3;
const DAY = 86_400_000;

/** A person a change of members is about, with the jid it was asked for by. */
interface Candidate {
  readonly jid: string;
  readonly phone: Phone | undefined;
}

const candidatesIn = (world: World, change: BinaryNode): Candidate[] =>
  children(change, 'participant').map(({ attrs }) => ({
    jid: attrs.jid ?? '',
    phone: resolve(world, attrs.jid)?.phone,
  }));

/** What one person is answered: as a participant, or by the jid asked for with an error code. */
const refusedNode = ({ jid }: Candidate, error: number, content?: BinaryNode[]) =>
  node('participant', { jid, error: String(error) }, content);

/** A person who lets nobody add them gets an invite of their own instead (403, `add_request`). */
const inviteInstead = (world: World, group: Group, candidate: Candidate): BinaryNode => {
  const invite = {
    code: randomHex(world.random, 8),
    expiration: Math.floor((world.now() + INVITE_DAYS * DAY) / 1000),
  };
  if (candidate.phone !== undefined) group.personal.set(candidate.phone.number, invite);
  const attrs = { code: invite.code, expiration: String(invite.expiration) };
  return refusedNode(candidate, 403, [node('add_request', attrs)]);
};

/** Whether a person lets another one add them: everybody, or their contacts, or (with exceptions) nobody here. */
const mayAdd = (actor: Phone, { privacy, appState }: Phone): boolean => {
  const contact = JSON.stringify(['contact', `${actor.number}@s.whatsapp.net`]);
  const { groupadd } = privacy.settings;
  return groupadd === 'all' || (groupadd === 'contacts' && appState.actions.has(contact));
};

/** Why a person can't be added, as their part of the answer; undefined when they can. */
const whyNot = (world: World, group: Group, actor: Phone, candidate: Candidate): BinaryNode | undefined => {
  const { phone } = candidate;
  if (phone === undefined) return refusedNode(candidate, 404);
  if (group.participants.has(phone.number)) return refusedNode(candidate, 409);
  return mayAdd(actor, phone) ? undefined : inviteInstead(world, group, candidate);
};

/** Lets people in and tells everybody: the new ones what they have come into, all of them who came. */
export const letIn = (
  world: World,
  group: Group,
  actor: Phone,
  { people, reason }: { readonly people: readonly Phone[]; readonly reason?: string },
): void => {
  if (people.length === 0) return;
  for (const { number } of people) {
    group.participants.set(number, 'member');
    group.requests.delete(number);
    group.personal.delete(number);
  }
  const whole = node('create', { reason }, [groupNode(world, group)]);
  notifyGroup(world, group, actor, { change: whole, to: people });
  const added = people.map(({ number }) => participantNode(world, group, number));
  notifyGroup(world, group, actor, { change: node('add', { reason }, added) });
  changed(world);
};

const add = (world: World, group: Group, actor: Phone, asked: readonly Candidate[]): BinaryNode[] => {
  const refused = new Map(asked.map((one) => [one, whyNot(world, group, actor, one)]));
  const people = asked.flatMap((one) => (refused.get(one) === undefined && one.phone ? [one.phone] : []));
  letIn(world, group, actor, { people });
  return asked.map(
    (one) => refused.get(one) ?? participantNode(world, group, one.phone?.number ?? '', { type: undefined }),
  );
};

const RANKS: Readonly<Record<string, Rank>> = { promote: 'admin', demote: 'member' };

/** Takes people out of a group, or changes their rank, and tells all who were in it. */
const change = (
  world: World,
  group: Group,
  actor: Phone,
  { tag, asked }: { readonly tag: string; readonly asked: readonly Candidate[] },
): BinaryNode[] => {
  const told = membersOf(world, group);
  const touched: BinaryNode[] = [];
  const answers = asked.map((candidate) => {
    const number = candidate.phone?.number ?? '';
    const rank = group.participants.get(number);
    if (rank === undefined) return refusedNode(candidate, 404);
    // nobody takes away what belongs to the one who made the group
    if (rank === 'superadmin' && number !== actor.number) return refusedNode(candidate, 403);
    const shown = participantNode(world, group, number, { type: undefined });
    const next = RANKS[tag];
    if (next === undefined) group.participants.delete(number);
    else group.participants.set(number, next);
    touched.push(shown);
    return shown;
  });
  if (touched.length > 0) notifyGroup(world, group, actor, { change: node(tag, {}, touched), to: told });
  changed(world);
  return answers;
};

/** `add`, `remove`, `promote`, `demote`: each person is answered apart, 200 if nothing is said. */
export const changeMembers = (
  world: World,
  group: Group,
  actor: Phone,
  asked: BinaryNode,
): BinaryNode[] | IqError => {
  const mayAdd = asked.tag === 'add' && group.memberAddMode === 'all_member_add';
  if (!group.participants.has(actor.number)) return FORBIDDEN;
  if (!isAdmin(group, actor.number) && !mayAdd) return FORBIDDEN;
  const candidates = candidatesIn(world, asked);
  const answers =
    asked.tag === 'add'
      ? add(world, group, actor, candidates)
      : change(world, group, actor, { tag: asked.tag, asked: candidates });
  return [node(asked.tag, {}, answers)];
};

/** Takes a person out at their own wish; an empty group is gone, and the oldest member inherits one without admin. */
export const leaveGroup = (world: World, group: Group, actor: Phone): boolean => {
  if (!group.participants.has(actor.number)) return false;
  const told = membersOf(world, group);
  const shown = participantNode(world, group, actor.number, { type: undefined });
  group.participants.delete(actor.number);
  notifyGroup(world, group, actor, { change: node('remove', {}, [shown]), to: told });
  const [heir] = group.participants.keys();
  if (heir === undefined) world.state.groups.delete(group.id);
  else if (![...group.participants.keys()].some((number) => isAdmin(group, number))) {
    group.participants.set(heir, 'admin');
    const promoted = node('promote', {}, [participantNode(world, group, heir)]);
    notifyGroup(world, group, actor, { change: promoted });
  }
  changed(world);
  return true;
};

/** Makes a group of the one who asks and all who can be added; answered with everything about it. */
export const createGroup = (world: World, actor: Phone, asked: BinaryNode): BinaryNode[] | IqError => {
  const subject = asked.attrs.subject ?? '';
  if (subject === '' || subject.length > 100) return { code: 406, text: 'not-acceptable' };
  const now = world.now();
  const group: Group = {
    id: `120363${String(world.random(6).readUIntBE(0, 6) % 1e12).padStart(12, '0')}`,
    creator: actor.number,
    createdAt: now,
    addressing: actor.behaviour.groupAddressing,
    subject,
    subjectBy: actor.number,
    subjectAt: now,
    description: undefined,
    participants: new Map([[actor.number, 'superadmin']]),
    announce: false,
    locked: false,
    memberAddMode: 'admin_add',
    joinApproval: false,
    ephemeral: 0,
    inviteCode: newInviteCode(world),
    revoked: new Set(),
    requests: new Map(),
    personal: new Map(),
  };
  world.state.groups.set(group.id, group);
  const candidates = candidatesIn(world, asked).filter(({ phone }) => phone !== actor);
  const refused = candidates.flatMap((one) => whyNot(world, group, actor, one) ?? []);
  for (const { phone } of candidates) {
    if (phone && mayAdd(actor, phone)) group.participants.set(phone.number, 'member');
  }
  const created = node('create', { type: 'new', key: asked.attrs.key }, [groupNode(world, group)]);
  notifyGroup(world, group, actor, { change: created });
  changed(world);
  return [groupNode(world, group, { refused })];
};

/** 22 letters and digits, as invite links have. */
export const newInviteCode = (world: World): string =>
  world.random(24).toString('base64').replace(/[+/=]/g, 'x').slice(0, 22);
