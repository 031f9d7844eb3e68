import type { Router } from '@koa/router';
import { z } from 'zod';
import { newMessageId } from '../phones/content.ts';
import { type BinaryNode, children, node } from '../protocol/node.ts';
import { type Group, groupJid } from '../server/groups/state.ts';
import { findGroup, groupsOf } from '../server/groups/world.ts';
import { askGroups } from '../server/iq/groups.ts';
import type { Phone } from '../server/state.ts';
import { addressOf, resolve, type World } from '../server/world.ts';
import { ControlError, notFound, parse } from './errors.ts';
import { phoneOf } from './phones.ts';
import { phoneNumber } from './requests.ts';

const numbers = z.array(phoneNumber).max(1024);

const newGroup = z.strictObject({ subject: z.string().min(1).max(100), participants: numbers.default([]) });

/** One change of a group, as a phone makes it. */
export const groupChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['add', 'remove', 'promote', 'demote', 'approve', 'reject']), numbers }),
  z.strictObject({ kind: z.literal('subject'), subject: z.string().min(1).max(100) }),
  /** An empty text takes it away. */
  z.strictObject({ kind: z.literal('description'), text: z.string().max(2048) }),
  z.strictObject({ kind: z.enum(['announce', 'locked', 'joinApproval']), on: z.boolean() }),
  z.strictObject({ kind: z.literal('memberAddMode'), mode: z.enum(['admin_add', 'all_member_add']) }),
  z.strictObject({ kind: z.literal('ephemeral'), seconds: z.number().int().min(0) }),
  z.strictObject({ kind: z.enum(['revokeInvite', 'leave']) }),
]);
export type GroupChange = z.infer<typeof groupChange>;
export type GroupChangeInput = z.input<typeof groupChange>;

const rank = z.enum(['member', 'admin', 'superadmin']);
export const groupView = z.object({
  id: z.string(),
  jid: z.string(),
  subject: z.string(),
  description: z.string().optional(),
  creator: z.string(),
  createdAt: z.number(),
  addressing: z.enum(['lid', 'pn']),
  participants: z.array(z.object({ number: z.string(), lid: z.string(), rank })),
  announce: z.boolean(),
  locked: z.boolean(),
  memberAddMode: z.enum(['admin_add', 'all_member_add']),
  joinApproval: z.boolean(),
  ephemeral: z.number(),
  inviteCode: z.string(),
  requests: z.array(z.string()),
});
export type GroupView = z.infer<typeof groupView>;

/** A group as a caller is told of it. */
export const showGroup = (world: World, group: Group): GroupView => ({
  id: group.id,
  jid: groupJid(group),
  subject: group.subject,
  description: group.description?.text,
  creator: group.creator,
  createdAt: group.createdAt,
  addressing: group.addressing === 'lid' ? 'lid' : 'pn',
  participants: [...group.participants].map(([number, rankOf]) => ({
    number,
    lid: world.state.phones.get(number)?.lid ?? '',
    rank: rankOf,
  })),
  announce: group.announce,
  locked: group.locked,
  memberAddMode: group.memberAddMode,
  joinApproval: group.joinApproval,
  ephemeral: group.ephemeral,
  inviteCode: group.inviteCode,
  requests: [...group.requests.keys()],
});

const groupOf = (world: World, id: string | undefined): Group => {
  const group = findGroup(world, id?.includes('@') ? id : `${id}@g.us`);
  if (group === undefined) throw notFound(`no group ${id}`);
  return group;
};

/** Asks the groups what a phone asks, as its app would. Throws 409 with the code of a refusal. */
const ask = (world: World, phone: Phone, iq: BinaryNode): BinaryNode[] => {
  const answer = askGroups(world, phone, iq);
  if (answer === undefined) throw new ControlError(400, 'bad_request', 'no such change');
  if ('code' in answer)
    throw new ControlError(409, answer.text.replaceAll('-', '_'), `${answer.code}: ${answer.text}`);
  return answer;
};

const participants = (world: World, people: readonly string[]) =>
  people.map((number) => {
    const phone = world.state.phones.get(number);
    const jid = phone === undefined ? `${number}@s.whatsapp.net` : addressOf({ phone, device: 0 }, 'lid');
    return node('participant', { jid });
  });

/** The stanza of a change (groups.js). */
const changeNode = (world: World, group: Group, change: GroupChange): BinaryNode => {
  switch (change.kind) {
    case 'add':
    case 'remove':
    case 'promote':
    case 'demote':
      return node(change.kind, {}, participants(world, change.numbers));
    case 'approve':
    case 'reject':
      return node('membership_requests_action', {}, [
        node(change.kind, {}, participants(world, change.numbers)),
      ]);
    case 'subject':
      return node('subject', {}, Buffer.from(change.subject));
    case 'description': {
      const prev = group.description?.id;
      if (change.text === '') return node('description', { delete: 'true', prev });
      const body = node('body', {}, Buffer.from(change.text));
      return node('description', { id: newMessageId(world.random), prev }, [body]);
    }
    case 'announce':
      return node(change.on ? 'announcement' : 'not_announcement');
    case 'locked':
      return node(change.on ? 'locked' : 'unlocked');
    case 'joinApproval': {
      const state = node('group_join', { state: change.on ? 'on' : 'off' });
      return node('membership_approval_mode', {}, [state]);
    }
    case 'memberAddMode':
      return node('member_add_mode', {}, Buffer.from(change.mode));
    case 'ephemeral':
      return change.seconds === 0
        ? node('not_ephemeral')
        : node('ephemeral', { expiration: String(change.seconds) });
    case 'revokeInvite':
      return node('invite');
    default:
      return node('leave', {}, [node('group', { id: groupJid(group) })]);
  }
};

/** What became of each person a change was about: number to status, 200 if it was done. */
const statuses = (world: World, answer: readonly BinaryNode[]): Record<string, number> => {
  const found: Record<string, number> = {};
  const visit = (one: BinaryNode): void => {
    if (one.tag !== 'participant') {
      children(one).forEach(visit);
      return;
    }
    const number = resolve(world, one.attrs.jid)?.phone.number ?? one.attrs.jid ?? '';
    found[number] = Number(one.attrs.error ?? 200);
  };
  answer.forEach(visit);
  return found;
};

/** Groups, as phones make and change them. */
export const groupRoutes = (router: Router, world: World): void => {
  router.get('/groups/:id', (ctx) => {
    ctx.body = showGroup(world, groupOf(world, ctx.params.id));
  });
  router.get('/phones/:number/groups', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    ctx.body = { groups: groupsOf(world, phone).map((group) => showGroup(world, group)) };
  });
  router.post('/phones/:number/groups', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { subject, participants: people } = parse(newGroup, ctx.request.body);
    const attrs = { subject, key: newMessageId(world.random) };
    const create = node('create', attrs, participants(world, people));
    const [made] = ask(world, phone, node('iq', { to: '@g.us', type: 'set' }, [create]));
    ctx.status = 201;
    ctx.body = showGroup(world, groupOf(world, made?.attrs.id));
  });
  router.post('/phones/:number/groups/:id/changes', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const group = groupOf(world, ctx.params.id);
    const change = parse(groupChange, ctx.request.body);
    const to = change.kind === 'leave' ? '@g.us' : groupJid(group);
    const iq = node('iq', { to, type: 'set' }, [changeNode(world, group, change)]);
    ctx.body = { statuses: statuses(world, ask(world, phone, iq)) };
  });
  router.post('/phones/:number/join', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { code } = parse(z.strictObject({ code: z.string().min(1) }), ctx.request.body);
    const [answer] = ask(world, phone, node('iq', { to: '@g.us', type: 'set' }, [node('invite', { code })]));
    ctx.body = { jid: answer?.attrs.jid, waiting: answer?.tag === 'membership_approval_request' };
  });
};
