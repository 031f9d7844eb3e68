import type { GroupMetadata, WASocket } from '@whiskeysockets/baileys';
import { isLid } from '../../../events/ids.ts';
import type { GroupChange, GroupInfo, SessionActs } from '../../../ports/session-calls.ts';
import { addressOf, type Directory } from '../reading/addresses.ts';
import { asking, doing } from './asking.ts';

const roleOf = (admin: unknown): 'member' | 'admin' | 'superadmin' =>
  admin === 'superadmin' || admin === 'admin' ? admin : 'member';

/** Baileys' metadata of a group; people by phone number where it is known. Pure. */
const groupInfoOf = (group: GroupMetadata, directory: Directory): GroupInfo => {
  const nameOf = (id: string, other?: string) => {
    const { jid, alt } = addressOf(id, other, directory);
    return { id: alt ?? jid, lid: isLid(jid) ? jid : null };
  };
  return {
    groupId: group.id,
    subject: group.subject,
    description: group.desc ?? null,
    owner: group.owner ? nameOf(group.owner, group.ownerPn).id : null,
    createdAt: group.creation ?? null,
    announce: group.announce === true,
    locked: group.restrict === true,
    memberAdd: group.memberAddMode === true,
    joinApproval: group.joinApprovalMode === true,
    disappearing: group.ephemeralDuration ?? 0,
    participants: group.participants.map(({ id, phoneNumber, lid, admin }) => ({
      ...nameOf(id, phoneNumber ?? lid),
      role: roleOf(admin),
    })),
  };
};

type GroupActs = Pick<
  SessionActs,
  | 'groups'
  | 'group'
  | 'groupCreate'
  | 'groupParticipants'
  | 'groupChange'
  | 'groupInvite'
  | 'groupJoin'
  | 'groupLeave'
>;
type Step = (sock: WASocket, jid: string) => Promise<unknown>;

/** One query for each thing that is to be changed, in the order of the fields. */
const stepsOf = (change: GroupChange): Step[] => {
  const { subject, description, announce, locked, memberAdd, joinApproval, disappearing } = change;
  const step = <T>(value: T | undefined, make: (value: T) => Step): Step[] =>
    value === undefined ? [] : [make(value)];
  return [
    ...step(subject, (text) => (sock, jid) => sock.groupUpdateSubject(jid, text)),
    ...step(description, (text) => (sock, jid) => sock.groupUpdateDescription(jid, text || undefined)),
    ...step(
      announce,
      (on) => (sock, jid) => sock.groupSettingUpdate(jid, on ? 'announcement' : 'not_announcement'),
    ),
    ...step(locked, (on) => (sock, jid) => sock.groupSettingUpdate(jid, on ? 'locked' : 'unlocked')),
    ...step(
      memberAdd,
      (on) => (sock, jid) => sock.groupMemberAddMode(jid, on ? 'all_member_add' : 'admin_add'),
    ),
    ...step(joinApproval, (on) => (sock, jid) => sock.groupJoinApprovalMode(jid, on ? 'on' : 'off')),
    ...step(disappearing, (seconds) => (sock, jid) => sock.groupToggleEphemeral(jid, seconds)),
  ];
};

/** What can be asked about groups over one open connection. */
export const createGroupActs = (sock: () => WASocket, directory: Directory): GroupActs => {
  const infoOf = (group: GroupMetadata) => groupInfoOf(group, directory);
  const group: GroupActs['group'] = async ({ jid }) => infoOf(await asking(() => sock().groupMetadata(jid)));
  return {
    groups: async () => {
      const groups = await asking(() => sock().groupFetchAllParticipating());
      return Object.values(groups).map(infoOf);
    },
    group,
    groupCreate: async ({ subject, participants }) =>
      infoOf(await asking(() => sock().groupCreate(subject, [...participants]))),
    groupParticipants: async ({ jid, action, participants }) => {
      const done = await asking(() => sock().groupParticipantsUpdate(jid, [...participants], action));
      return done.map(({ jid: who, status }) => ({
        id: addressOf(who ?? '', null, directory).alt ?? who ?? '',
        status: Number(status),
      }));
    },
    // a query that timed out looks like one that was done: what is read back counts
    groupChange: async ({ jid, change }) => {
      for (const step of stepsOf(change)) await doing(() => step(sock(), jid));
      return group({ jid });
    },
    groupInvite: ({ jid, revoke }) =>
      asking(() => (revoke ? sock().groupRevokeInvite(jid) : sock().groupInviteCode(jid))),
    groupJoin: async ({ code }) => {
      const { id: groupId } = await asking(() => sock().groupGetInviteInfo(code));
      let joined: string | undefined;
      await doing(async () => {
        joined = await sock().groupAcceptInvite(code);
      });
      return { groupId, waiting: joined === undefined };
    },
    groupLeave: async ({ jid }) => {
      await group({ jid }); // where we are not in it, WhatsApp would say nothing
      return doing(() => sock().groupLeave(jid));
    },
  };
};
