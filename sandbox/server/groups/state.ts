import { type Domain, formatJid } from '../../protocol/jid.ts';

export type Rank = 'member' | 'admin' | 'superadmin';

/** A group as the server keeps it: plain data; people are named by their numbers, times are milliseconds. */
export interface Group {
  /** The part of `…@g.us` before the at. */
  readonly id: string;
  readonly creator: string;
  readonly createdAt: number;
  /** How participants are named: by LID, as in every new group, or by phone number. */
  readonly addressing: Domain;
  subject: string;
  subjectBy: string;
  subjectAt: number;
  description: Description | undefined;
  readonly participants: Map<string, Rank>;
  /** Only admins may write. */
  announce: boolean;
  /** Only admins may change subject, description and the like. */
  locked: boolean;
  memberAddMode: 'admin_add' | 'all_member_add';
  joinApproval: boolean;
  /** Seconds after which messages disappear; 0 = never. */
  ephemeral: number;
  inviteCode: string;
  /** Invite codes that were revoked. */
  readonly revoked: Set<string>;
  /** Who asked to join, and waits for an admin. */
  readonly requests: Map<string, JoinRequest>;
  /** Invites to one person, as sent to who may not be added. */
  readonly personal: Map<string, PersonalInvite>;
}

interface Description {
  readonly id: string;
  readonly text: string;
  readonly by: string;
  readonly at: number;
}

interface JoinRequest {
  readonly at: number;
  readonly method: 'invite_link';
}

interface PersonalInvite {
  readonly code: string;
  /** Unix seconds. */
  readonly expiration: number;
}

export const GROUP_SERVER = 'g.us';

/** A message's `edit`: an admin deletes what somebody else has written. */
export const ADMIN_REVOKE = '8';

/** A message's `edit`: it pins another one. */
export const PIN = '2';

export const isAdmin = (group: Group, number: string): boolean => {
  const rank = group.participants.get(number);
  return rank === 'admin' || rank === 'superadmin';
};

/** Who may pin messages: everybody, or where the group is locked its admins (guess: the server refuses all others). */
export const mayPin = (group: Group, number: string): boolean => !group.locked || isAdmin(group, number);

export const groupJid = (group: Group): string => formatJid(group.id, GROUP_SERVER);
