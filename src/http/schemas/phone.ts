import { z } from 'zod';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { pictureChangedAt } from './chats.ts';
import {
  MAX_OFFSET,
  NOT_AN_OBJECT,
  noBody,
  nothing,
  ok,
  pathOnly,
  requiredText,
  WRONG_PARAMETER,
  wholeNumberOr,
} from './fields.ts';
import { callErrors } from './session-calls.ts';

const done = { 200: z.object({ ok }) };
const page = z.object({
  limit: wholeNumberOr(200, 'limit', 1, 1_000),
  offset: wholeNumberOr(0, 'offset', 0, MAX_OFFSET),
});
/** Which page this is. */
const pagination = z.object({ limit: z.number(), offset: z.number(), hasMore: z.boolean() });
const NO_PHONE = 'phone is required';
const PHONE = 'phone must be a phone number with its country code, e.g. +4915112345678';
const PAIRED = 'The account is paired: log out first';

export const createPairingCode = {
  method: 'post',
  path: '/accounts/:accountId/pairing-code',
  summary: 'A code to type on the phone with this number (Linked devices, link with phone number instead)',
  params: accountParams,
  query: nothing,
  body: z.object(
    {
      phone: requiredText(NO_PHONE, PHONE)
        .refine((text) => text === '' || /^\+?[1-9]\d{4,19}$/.test(text), PHONE)
        .transform((text) => text.replace('+', '')),
    },
    NOT_AN_OBJECT,
  ),
  responses: { 200: z.object({ ok, phone: z.string(), code: z.string() }) },
  errors: {
    400: [NO_PHONE, PHONE, PAIRED, 'Account not connected'],
    404: ['Account not found'],
    503: ['WhatsApp did not answer'],
  },
} as const satisfies Contract;

const call = z.object({
  callId: z.string(),
  chatId: z.string(),
  lid: z.string().nullable(),
  from: z.string(),
  isVideo: z.boolean(),
  isGroup: z.boolean(),
  timestamp: z.number().describe('Unix seconds.'),
  status: z.enum(['ringing', 'accepted', 'rejected', 'missed', 'ended']),
  endedAt: z.number().nullable(),
});
export type ListedCall = z.input<typeof call>;

const PAGE = { 400: [WRONG_PARAMETER], 404: ['Account not found'] };

export const listCalls = {
  method: 'get',
  path: '/accounts/:accountId/calls',
  summary: 'Calls of an account, newest first',
  params: accountParams,
  query: page,
  body: noBody,
  responses: { 200: z.object({ ok, calls: z.array(call).readonly(), pagination }) },
  errors: PAGE,
} as const satisfies Contract;

export const rejectCall = {
  method: 'post',
  path: '/accounts/:accountId/calls/:callId/reject',
  summary: 'Turn down a call that is ringing',
  params: accountParams.extend({ callId: z.string() }),
  ...pathOnly,
  responses: done,
  errors: { ...callErrors(), 404: ['Account not found', 'No such call is ringing'] },
} as const satisfies Contract;

const contact = z.object({
  contactId: z.string(),
  lid: z.string().nullable(),
  name: z.string().nullable().describe("As the phone's address book has them."),
  pushName: z.string().nullable().describe('As they call themselves.'),
  blocked: z.boolean(),
  pictureChangedAt,
});
export type ListedContact = z.input<typeof contact>;

export const listContacts = {
  method: 'get',
  path: '/accounts/:accountId/contacts',
  summary: 'People whose name is known, in the order of their ids (LIDs first)',
  params: accountParams,
  query: page,
  body: noBody,
  responses: { 200: z.object({ ok, contacts: z.array(contact).readonly(), pagination }) },
  errors: PAGE,
} as const satisfies Contract;

const label = z.object({
  labelId: z.string(),
  name: z.string(),
  color: z.number().describe("Its number in WhatsApp's palette."),
  chats: z.array(z.string()).readonly(),
  messages: z.array(z.object({ chatId: z.string(), messageId: z.string() })).readonly(),
});
export type ListedLabel = z.input<typeof label>;

export const listLabels = {
  method: 'get',
  path: '/accounts/:accountId/labels',
  summary: 'Labels of WhatsApp Business, and what they stick on',
  params: accountParams,
  ...pathOnly,
  responses: { 200: z.object({ ok, labels: z.array(label) }) },
  errors: { 404: ['Account not found'] },
} as const satisfies Contract;

const profile = z.object({
  id: z.string(),
  lid: z.string().nullable(),
  name: z.string().nullable(),
  about: z.string().nullable(),
});

export const getProfile = {
  method: 'get',
  path: '/accounts/:accountId/profile',
  summary: "The account's own profile, as WhatsApp has it now",
  params: accountParams,
  ...pathOnly,
  responses: { 200: z.object({ ok, profile }) },
  errors: callErrors(),
} as const satisfies Contract;

const NAME = 'name must have 1 to 25 characters';
const ABOUT = 'about must be a text of 139 characters at most';
const SOME = 'name or about is required';

export const changeProfile = {
  method: 'put',
  path: '/accounts/:accountId/profile',
  summary: "Change the account's own name or the words under it; what is not named stays",
  params: accountParams,
  query: nothing,
  body: z
    .object(
      {
        name: z.string(NAME).min(1, NAME).max(25, NAME).optional(),
        about: z.string(ABOUT).max(139, ABOUT).optional(),
      },
      NOT_AN_OBJECT,
    )
    .refine(({ name, about }) => name !== undefined || about !== undefined, SOME),
  responses: { 200: z.object({ ok, profile }) },
  errors: callErrors(SOME, NAME, ABOUT),
} as const satisfies Contract;

/** All of these, in the order of the contract. */
export const phoneContracts: readonly Contract[] = [
  createPairingCode,
  listCalls,
  rejectCall,
  listContacts,
  listLabels,
  getProfile,
  changeProfile,
];
