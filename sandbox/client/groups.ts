import { z } from 'zod';
import { type GroupChangeInput, type GroupView, groupView } from '../control/groups.ts';
import type { Call } from './call.ts';

export type { GroupChangeInput, GroupView };

/** What a phone does with groups. Changes throw SandboxError 409 when the server refuses them. */
export interface GroupCalls {
  readonly makeGroup: (subject: string, participants?: readonly string[]) => Promise<GroupView>;
  /** The groups it is in. */
  readonly groups: () => Promise<GroupView[]>;
  /** Any group, as it is now. */
  readonly group: (id: string) => Promise<GroupView>;
  /** Changes a group; gives what became of each person: 200, or an error code. */
  readonly changeGroup: (id: string, change: GroupChangeInput) => Promise<Record<string, number>>;
  /** Joins by an invite code; `waiting` when an admin must let it in. */
  readonly join: (code: string) => Promise<{ readonly jid?: string | undefined; readonly waiting: boolean }>;
}

export const groupCalls = (call: Call, path: string): GroupCalls => ({
  makeGroup: (subject, participants = []) =>
    call(groupView, 'POST', `${path}/groups`, { subject, participants }),
  groups: async () => (await call(z.object({ groups: z.array(groupView) }), 'GET', `${path}/groups`)).groups,
  group: (id) => call(groupView, 'GET', `/groups/${id}`),
  changeGroup: async (id, change) => {
    const answer = z.object({ statuses: z.record(z.string(), z.number()) });
    return (await call(answer, 'POST', `${path}/groups/${id}/changes`, change)).statuses;
  },
  join: (code) =>
    call(z.object({ jid: z.string().optional(), waiting: z.boolean() }), 'POST', `${path}/join`, { code }),
});
