import type { GroupChange } from '../ports/session-calls.ts';
import { sessionCaller } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { type Route, route } from './route.ts';
import {
  changeSettings,
  getInvite,
  joinGroup,
  leaveGroup,
  revokeInvite,
  setDescription,
  setSubject,
} from './schemas/group-changes.ts';
import {
  answerJoinRequests,
  changeParticipants,
  createGroup,
  getGroup,
  listGroups,
  listJoinRequests,
} from './schemas/groups.ts';

/** Groups, as WhatsApp has them now. */
export const groupRoutes = (deps: HttpDeps): readonly Route[] => {
  const call = sessionCaller(deps);
  const change = async (accountId: string, jid: string, wished: GroupChange) => {
    const group = await call(accountId, 'groupChange', { jid, change: wished });
    return { status: 200, body: { ok: true, group } } as const;
  };
  const invite = async (accountId: string, jid: string, revoke: boolean) => {
    const code = await call(accountId, 'groupInvite', { jid, revoke });
    return { status: 200, body: { ok: true, code, link: `https://chat.whatsapp.com/${code}` } } as const;
  };
  return [
    route(listGroups)(async ({ params: { accountId } }) => {
      return { status: 200, body: { ok: true, groups: await call(accountId, 'groups', {}) } };
    }),
    route(createGroup)(async ({ params: { accountId }, body }) => {
      return { status: 201, body: { ok: true, group: await call(accountId, 'groupCreate', body) } };
    }),
    route(getGroup)(async ({ params: { accountId, groupId: jid } }) => {
      return { status: 200, body: { ok: true, group: await call(accountId, 'group', { jid }) } };
    }),
    route(changeParticipants)(async ({ params: { accountId, groupId: jid }, body }) => {
      const participants = await call(accountId, 'groupParticipants', { jid, ...body });
      return { status: 200, body: { ok: true, participants } };
    }),
    route(listJoinRequests)(async ({ params: { accountId, groupId: jid } }) => {
      return { status: 200, body: { ok: true, requests: await call(accountId, 'groupRequests', { jid }) } };
    }),
    route(answerJoinRequests)(async ({ params: { accountId, groupId: jid }, body }) => {
      const participants = await call(accountId, 'groupAnswer', { jid, ...body });
      return { status: 200, body: { ok: true, participants } };
    }),
    route(setSubject)(({ params: { accountId, groupId }, body }) => change(accountId, groupId, body)),
    route(setDescription)(({ params: { accountId, groupId }, body }) => change(accountId, groupId, body)),
    route(changeSettings)(({ params: { accountId, groupId }, body }) => change(accountId, groupId, body)),
    route(getInvite)(({ params: { accountId, groupId } }) => invite(accountId, groupId, false)),
    route(revokeInvite)(({ params: { accountId, groupId } }) => invite(accountId, groupId, true)),
    route(joinGroup)(async ({ params: { accountId }, body }) => {
      return { status: 200, body: { ok: true, ...(await call(accountId, 'groupJoin', body)) } };
    }),
    route(leaveGroup)(async ({ params: { accountId, groupId: jid } }) => {
      await call(accountId, 'groupLeave', { jid });
      return { status: 200, body: { ok: true } };
    }),
  ];
};
