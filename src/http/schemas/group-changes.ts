import { z } from 'zod';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { NOT_AN_OBJECT, nothing, ok, pathOnly, requiredText } from './fields.ts';
import { GROUP, group, groupParams, SUBJECT } from './groups.ts';
import { callErrors as errors } from './session-calls.ts';

const at = (more: string) => `/accounts/:accountId/groups/:groupId/${more}`;
const changed = { 200: z.object({ ok, group }) };
const done = { 200: z.object({ ok }) };
const REQUIRED = 'subject is required';
const DESCRIPTION = 'description must be a text of 2048 characters at most';

export const setSubject = {
  method: 'put',
  path: at('subject'),
  summary: 'Rename a group',
  params: groupParams,
  query: nothing,
  body: z.object({ subject: requiredText(REQUIRED, SUBJECT).max(100, SUBJECT) }, NOT_AN_OBJECT),
  responses: changed,
  errors: errors(GROUP, REQUIRED, SUBJECT),
} as const satisfies Contract;

export const setDescription = {
  method: 'put',
  path: at('description'),
  summary: 'Describe a group; an empty description takes it away',
  params: groupParams,
  query: nothing,
  body: z.object({ description: z.string(DESCRIPTION).max(2_048, DESCRIPTION) }, NOT_AN_OBJECT),
  responses: changed,
  errors: errors(GROUP, DESCRIPTION),
} as const satisfies Contract;

const SETTING = 'announce, locked, memberAdd and joinApproval must be true or false';
const SECONDS = 'disappearing must be 0, 86400, 604800 or 7776000 seconds';
const SOME = 'settings must name at least one of announce, locked, memberAdd, joinApproval, disappearing';
/** Seconds after which messages may disappear, as WhatsApp's apps offer them. */
export const timer = z.literal([0, 86_400, 604_800, 7_776_000], SECONDS);
const flag = z.boolean(SETTING).optional();

export const changeSettings = {
  method: 'put',
  path: at('settings'),
  summary:
    'Change who may write (announce: admins), change the group (locked: admins), add people (memberAdd: everybody), join by the invite, and when messages disappear; what is not named stays',
  params: groupParams,
  query: nothing,
  body: z
    .object(
      {
        announce: flag,
        locked: flag,
        memberAdd: flag,
        joinApproval: flag,
        disappearing: timer.optional(),
      },
      NOT_AN_OBJECT,
    )
    .refine((settings) => Object.values(settings).some((value) => value !== undefined), SOME),
  responses: changed,
  errors: errors(GROUP, SETTING, SECONDS, SOME),
} as const satisfies Contract;

const invite = { 200: z.object({ ok, code: z.string(), link: z.string() }) };

export const getInvite = {
  method: 'get',
  path: at('invite'),
  summary: 'The code that lets people into a group, for its admins',
  params: groupParams,
  ...pathOnly,
  responses: invite,
  errors: errors(GROUP),
} as const satisfies Contract;

export const revokeInvite = {
  ...getInvite,
  method: 'post',
  path: at('invite/revoke'),
  summary: 'Make a new code; the old one lets nobody in any more',
} as const satisfies Contract;

const CODE = 'code must be the code of an invite, or its link';
const NO_CODE = 'code is required';
/** As it is shared: with or without the scheme, an older path, and where it was shared from. */
const LINK = /^(?:https?:\/\/)?chat\.whatsapp\.com\/(?:invite\/)?([\w-]+)\/?(?:\?.*)?$/;

export const joinGroup = {
  method: 'post',
  path: '/accounts/:accountId/groups/join',
  summary: 'Join a group by its invite; waiting tells that an admin must agree first',
  params: accountParams,
  query: nothing,
  body: z.object(
    {
      code: requiredText(NO_CODE, CODE)
        .transform((text) => LINK.exec(text)?.[1] ?? text)
        .refine((text) => text === '' || /^[A-Za-z0-9_-]{6,64}$/.test(text), CODE),
    },
    NOT_AN_OBJECT,
  ),
  responses: { 200: z.object({ ok, groupId: z.string(), waiting: z.boolean() }) },
  errors: errors(NO_CODE, CODE),
} as const satisfies Contract;

export const leaveGroup = {
  method: 'post',
  path: at('leave'),
  summary: 'Leave a group',
  params: groupParams,
  ...pathOnly,
  responses: done,
  errors: errors(GROUP),
} as const satisfies Contract;

/** All of these, in the order of the contract. */
export const groupChangeContracts: readonly Contract[] = [
  setSubject,
  setDescription,
  changeSettings,
  getInvite,
  revokeInvite,
  joinGroup,
  leaveGroup,
];
