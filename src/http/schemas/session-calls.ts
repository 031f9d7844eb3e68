import { z } from 'zod';
import { parseJid } from '../../events/ids.ts';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { CHAT_RULE, chatId, NOT_AN_OBJECT, noBody, nothing, ok, pathOnly, withPlus } from './fields.ts';

/** A JID in the path that one can write to; `servers` where only some will do. */
export const jidParam = (rule: string, ...servers: readonly string[]) =>
  z
    .string({ error: rule })
    .refine((text) => {
      const jid = parseJid(text);
      return jid !== null && (servers.length === 0 || servers.includes(jid.slice(jid.indexOf('@'))));
    }, rule)
    .transform((text) => parseJid(text) ?? text);

export const CONTACT = 'contactId must be a WhatsApp JID, e.g. 1234567890@s.whatsapp.net';
const PERSON = 'contactId must be the WhatsApp JID of a person, e.g. 1234567890@s.whatsapp.net';
const personParams = accountParams.extend({ contactId: jidParam(PERSON, '@s.whatsapp.net', '@lid') });
const done = z.object({ ok });

/** What every call to WhatsApp may be refused with; `more` are further texts of 400. */
export const callErrors = (...more: readonly string[]) => ({
  400: [...more, 'Account not connected'],
  403: ['WhatsApp does not allow this'],
  404: ['Account not found', 'WhatsApp knows no such thing'],
  422: ['WhatsApp refused this'],
  429: ['WhatsApp throttles this account: try again later'],
  503: ['WhatsApp did not answer'],
});
export const readChat = {
  method: 'post',
  path: '/accounts/:accountId/chats/:chatId/read',
  summary: 'Mark a chat as read: its authors are told, as far as the privacy settings let it',
  params: accountParams.extend({ chatId }),
  ...pathOnly,
  responses: { 200: z.object({ ok, read: z.number() }) },
  errors: callErrors(CHAT_RULE),
} as const satisfies Contract;

const STATE = 'state must be available, unavailable, composing, recording, paused or subscribe';

export const setPresence = {
  method: 'post',
  path: '/accounts/:accountId/chats/:chatId/presence',
  summary:
    'Show in a chat that one is there, types or records; or subscribe to the same of that person, on NATS. Nothing is kept',
  params: accountParams.extend({ chatId: jidParam(CHAT_RULE) }),
  query: nothing,
  body: z.object(
    { state: z.enum(['available', 'unavailable', 'composing', 'recording', 'paused', 'subscribe'], STATE) },
    NOT_AN_OBJECT,
  ),
  responses: { 200: done },
  errors: callErrors(CHAT_RULE, STATE),
} as const satisfies Contract;

const PHONES = 'phones must be 1 to 50 phone numbers, separated by commas';

export const checkNumbers = {
  method: 'get',
  path: '/accounts/:accountId/contacts/check',
  summary: 'Which phone numbers are on WhatsApp',
  params: accountParams,
  query: z.object({
    phones: z
      .string(PHONES)
      .overwrite(withPlus)
      .regex(/^\+?\d{5,20}(,\+?\d{5,20}){0,49}$/, PHONES)
      .transform((text) => text.split(',').map((phone) => phone.replace('+', ''))),
  }),
  body: noBody,
  responses: {
    200: z.object({
      ok,
      contacts: z.array(
        z.object({
          phone: z.string(),
          exists: z.boolean(),
          jid: z.string().nullable(),
          lid: z.string().nullable(),
        }),
      ),
    }),
  },
  errors: callErrors(PHONES),
} as const satisfies Contract;

export const blockContact = {
  method: 'post',
  path: '/accounts/:accountId/contacts/:contactId/block',
  summary: 'Block a person',
  params: personParams,
  ...pathOnly,
  responses: { 200: done },
  errors: callErrors(PERSON),
} as const satisfies Contract;

export const unblockContact = {
  ...blockContact,
  path: '/accounts/:accountId/contacts/:contactId/unblock',
  summary: 'Block a person no longer',
} as const satisfies Contract;

/** All of these, in the order of the contract. */
export const sessionCallContracts: readonly Contract[] = [
  readChat,
  setPresence,
  checkNumbers,
  blockContact,
  unblockContact,
];
