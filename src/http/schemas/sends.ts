import { z } from 'zod';
import { parseJid } from '../../events/ids.ts';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import {
  failure,
  jidField,
  NOT_AN_OBJECT,
  nothing,
  ok,
  optionalText,
  requiredText,
  wrongJid,
} from './fields.ts';

export const LENGTH = 'Message length invalid. Must be between 1 and 65536 characters';
const MENTIONS = 'Invalid JID format in mentions array';
const SEND_FIELDS = 'to and message are required';
const REPLY_FIELDS = 'to, message, and quotedMessageId are required';

const mention = z
  .string({ error: MENTIONS })
  .refine((text) => parseJid(text) !== null, MENTIONS)
  .transform((text) => parseJid(text) ?? text);
const mentions = z
  .array(mention, { error: MENTIONS })
  .nullish()
  .transform((jids) => jids ?? []);
/** In a form: repeated, or separated by commas. */
export const mentionsField = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter((one) => one.trim() !== '') : value),
  mentions,
);

// The order of the fields is the order of the checks.
const fields = (missing: string) => ({
  to: jidField('to', missing),
  message: requiredText(missing, LENGTH).max(65_536, LENGTH),
  mentions,
});
const sent = z.object({
  ok,
  messageId: z.string(),
  timestamp: z.number().describe("Unix seconds, by WhatsApp's clock."),
  status: z.literal('sent'),
});
const open = z.object({
  ok,
  messageId: z.string(),
  status: z
    .enum(['queued', 'unknown'])
    .describe('`queued`: it goes on by itself. `unknown`: tried as often as allowed, never confirmed.'),
});
const notSent = failure.extend({ messageId: z.string(), reason: z.string() });

export const responses = { 200: sent, 202: open, 422: notSent, 429: notSent, 502: notSent } as const;
export type SendResponses = typeof responses;

/** A final answer as it is kept under an Idempotency-Key. */
export const finalAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal(200), body: sent }),
  z.object({ status: z.literal(422), body: notSent }),
  z.object({ status: z.literal(429), body: notSent }),
  z.object({ status: z.literal(502), body: notSent }),
]);

/** What every send may be refused with; `more` are further texts of 400. */
export const sendErrors = (missing: string, ...more: readonly string[]) => ({
  400: [missing, wrongJid('to'), ...more, 'Account not connected'],
  404: ['Account not found', 'Quoted message not found'],
  422: ['This Idempotency-Key was used for another request'],
});

export const sendText = {
  method: 'post',
  path: '/accounts/:accountId/message/send',
  summary: 'Send a text; waits for the outcome (10 s, Prefer: wait=N), 202 where it is still open then',
  params: accountParams,
  query: nothing,
  body: z.object(
    { ...fields(SEND_FIELDS), quotedMessageId: optionalText('quotedMessageId', 256) },
    NOT_AN_OBJECT,
  ),
  responses,
  errors: sendErrors(SEND_FIELDS, LENGTH, MENTIONS),
} as const satisfies Contract;

export const replyText = {
  method: 'post',
  path: '/accounts/:accountId/message/reply',
  summary: 'Send a text that quotes a message; otherwise as message/send',
  params: accountParams,
  query: nothing,
  body: z.object(
    {
      ...fields(REPLY_FIELDS),
      quotedMessageId: requiredText(REPLY_FIELDS, 'quotedMessageId must be a string').max(
        256,
        'quotedMessageId must have 256 characters at most',
      ),
    },
    NOT_AN_OBJECT,
  ),
  responses,
  errors: sendErrors(REPLY_FIELDS, LENGTH, MENTIONS),
} as const satisfies Contract;
