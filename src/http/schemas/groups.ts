import { z } from 'zod';
import { parseJid } from '../../events/ids.ts';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { NOT_AN_OBJECT, nothing, ok, pathOnly, requiredText } from './fields.ts';
import { callErrors as errors, jidParam } from './session-calls.ts';

export const GROUP = 'groupId must be the JID of a group, e.g. 123456789@g.us';
export const groupParams = accountParams.extend({ groupId: jidParam(GROUP, '@g.us') });

/** A group as WhatsApp has it now. */
export const group = z.object({
  groupId: z.string(),
  subject: z.string(),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  createdAt: z.number().nullable().describe('Unix seconds.'),
  announce: z.boolean(),
  locked: z.boolean(),
  memberAdd: z.boolean(),
  joinApproval: z.boolean(),
  disappearing: z.number().describe('Seconds.'),
  participants: z
    .array(
      z.object({
        id: z.string(),
        lid: z.string().nullable(),
        role: z.enum(['member', 'admin', 'superadmin']),
      }),
    )
    .readonly(),
});

export const listGroups = {
  method: 'get',
  path: '/accounts/:accountId/groups',
  summary: 'The groups that the account is in, as WhatsApp has them now',
  params: accountParams,
  ...pathOnly,
  responses: { 200: z.object({ ok, groups: z.array(group).readonly() }) },
  errors: errors(),
} as const satisfies Contract;

export const getGroup = {
  method: 'get',
  path: '/accounts/:accountId/groups/:groupId',
  summary: 'One group, as WhatsApp has it now',
  params: groupParams,
  ...pathOnly,
  responses: { 200: z.object({ ok, group }) },
  errors: errors(GROUP),
} as const satisfies Contract;

export const SUBJECT = 'subject must have 1 to 100 characters';
const NEW = 'subject is required';
const PEOPLE = 'participants must be a list of 1 to 1023 phone numbers or JIDs of people';
const person = z
  .string(PEOPLE)
  .refine((text) => /@(s\.whatsapp\.net|lid)$/.test(parseJid(text) ?? ''), PEOPLE)
  .transform((text) => parseJid(text) ?? text);
const people = z.array(person, PEOPLE).max(1_023, PEOPLE);

export const createGroup = {
  method: 'post',
  path: '/accounts/:accountId/groups',
  summary: 'Make a group',
  params: accountParams,
  query: nothing,
  body: z.object(
    { subject: requiredText(NEW, SUBJECT).max(100, SUBJECT), participants: people.default([]) },
    NOT_AN_OBJECT,
  ),
  responses: { 201: z.object({ ok, group }) },
  errors: errors(NEW, SUBJECT, PEOPLE),
} as const satisfies Contract;

const ACTION = 'action must be add, remove, promote or demote';

export const changeParticipants = {
  method: 'post',
  path: '/accounts/:accountId/groups/:groupId/participants',
  summary: 'Add, remove, promote or demote people; status is WhatsApp’s code for each, 200 where it was done',
  params: groupParams,
  query: nothing,
  body: z.object(
    { action: z.enum(['add', 'remove', 'promote', 'demote'], ACTION), participants: people.min(1, PEOPLE) },
    NOT_AN_OBJECT,
  ),
  responses: {
    200: z.object({
      ok,
      participants: z.array(z.object({ id: z.string(), status: z.number() })).readonly(),
    }),
  },
  errors: errors(GROUP, ACTION, PEOPLE),
} as const satisfies Contract;

const joinRequest = z.object({
  id: z.string(),
  lid: z.string().nullable(),
  at: z.number().nullable().describe('Unix seconds.'),
  method: z.string().nullable().describe('e.g. `invite_link`.'),
});

export const listJoinRequests = {
  method: 'get',
  path: '/accounts/:accountId/groups/:groupId/requests',
  summary: 'Who asks to be let into a group that has joinApproval; for its admins',
  params: groupParams,
  ...pathOnly,
  responses: { 200: z.object({ ok, requests: z.array(joinRequest).readonly() }) },
  errors: errors(GROUP),
} as const satisfies Contract;

const ANSWER = 'action must be approve or reject';

export const answerJoinRequests = {
  ...changeParticipants,
  path: '/accounts/:accountId/groups/:groupId/requests',
  summary: 'Let people in who ask for it, or turn them down; status is 404 for who does not ask',
  body: z.object(
    { action: z.enum(['approve', 'reject'], ANSWER), participants: people.min(1, PEOPLE) },
    NOT_AN_OBJECT,
  ),
  errors: errors(GROUP, ANSWER, PEOPLE),
} as const satisfies Contract;

/** All of these, in the order of the contract. */
export const groupContracts: readonly Contract[] = [
  listGroups,
  createGroup,
  getGroup,
  changeParticipants,
  listJoinRequests,
  answerJoinRequests,
];
