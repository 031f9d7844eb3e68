import { z } from 'zod';
import { CONTENT_TYPES } from '../../events/messages.ts';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import {
  AT_RULE,
  at,
  CHAT_RULE,
  chatId,
  cursorText,
  MAX_OFFSET,
  noBody,
  nothing,
  ok,
  optionalAccountId,
  skipped,
  trueOrFalse,
  unixSeconds,
  WRONG_PARAMETER,
  wholeNumberOr,
  withSkip,
} from './fields.ts';
import { storedMessage } from './stored-message.ts';

const TYPE = `type must be one of ${CONTENT_TYPES.join(', ')}`;
const Q = 'q must be a text with a letter or a digit, 200 characters at most';
const OFFSET = 'offset can not be used with q: use cursor';
const PURGED =
  'The log was purged up to 8, with events of what was asked for: its past is in the archive only';
const AT_OR_Q = 'at can not be used with q: only what is known now is searched';

/** Pages of a chat and of an account. */
const pageQuery = z
  .object({
    limit: wholeNumberOr(50, 'limit', 1, 200),
    offset: wholeNumberOr(0, 'offset', 0, MAX_OFFSET),
    before: unixSeconds('before').optional(),
    after: unixSeconds('after').optional(),
    type: z.enum(CONTENT_TYPES, TYPE).optional(),
    fromMe: trueOrFalse('fromMe').optional(),
    q: z
      .string(Q)
      .max(200, Q)
      .regex(/[\p{L}\p{N}]/u, Q)
      .optional()
      .describe(
        "Letter case and diacritics do not matter; every word of it must begin one of the message's.",
      ),
    cursor: cursorText(64),
  })
  .refine(({ q, offset }) => q === undefined || offset === 0, OFFSET);

const pageResponses = {
  200: z.object({
    ok,
    messages: z.array(storedMessage),
    pagination: z.object({
      total: z.number().nullable().describe('Null with `q`: nobody counts what is not asked for.'),
      limit: z.number(),
      offset: z.number(),
      hasMore: z.boolean(),
      nextCursor: z
        .string()
        .nullable()
        .describe('For `cursor`: the next page, however deep, and whatever is received meanwhile.'),
    }),
  }),
};

export const getMessage = {
  method: 'get',
  path: '/accounts/:accountId/messages/:messageId',
  summary:
    'One message, now or as of `at`; where two senders used one id the newest, unless chatId tells which',
  params: accountParams.extend({ messageId: z.string() }),
  query: z.object({ chatId: chatId.optional(), at }),
  body: noBody,
  responses: { 200: z.object({ ok, message: storedMessage }) },
  errors: { 400: [CHAT_RULE, AT_RULE], 404: ['Account not found', 'Message not found'], 410: [PURGED] },
} as const satisfies Contract;

const historyEvent = z.object({
  position: z.number().describe('Of the event in the log.'),
  id: z.string(),
  type: z.string(),
  at: z.iso.datetime(),
  occurredAt: z.iso.datetime(),
  changed: z.boolean().describe('Whether it left the message other than it was.'),
  actor: z.looseObject({ kind: z.string() }).nullable(),
  data: z.record(z.string(), z.unknown()),
});

export const getMessageHistory = {
  method: 'get',
  path: '/accounts/:accountId/messages/:messageId/history',
  summary: 'Every event of the log that made a message what it is, oldest first',
  params: accountParams.extend({ messageId: z.string() }),
  query: z.object({ chatId: chatId.optional() }),
  body: noBody,
  responses: { 200: z.object({ ok, events: z.array(historyEvent) }) },
  errors: { 400: [CHAT_RULE], 404: ['Account not found', 'Message not found'], 410: [PURGED] },
} as const satisfies Contract;

export const listChatMessages = {
  method: 'get',
  path: '/accounts/:accountId/chats/:chatId/messages',
  summary:
    'Messages of a chat, newest first, now or as of `at`; before and after are exclusive unix seconds, q searches for words and their beginnings',
  params: accountParams.extend({ chatId }),
  query: pageQuery.safeExtend({ at }).refine(({ q, at }) => q === undefined || at === undefined, AT_OR_Q),
  body: noBody,
  responses: pageResponses,
  errors: { 400: [WRONG_PARAMETER], 404: ['Account not found'], 410: [PURGED] },
} as const satisfies Contract;

export const listAccountMessages = {
  method: 'get',
  path: '/accounts/:accountId/messages',
  summary: 'Messages in all chats of an account, asked for and searched as those of a chat',
  params: accountParams,
  query: pageQuery,
  body: noBody,
  responses: pageResponses,
  errors: { 400: [WRONG_PARAMETER], 404: ['Account not found'] },
} as const satisfies Contract;

export const listMessages = {
  method: 'get',
  path: '/messages',
  summary: 'Messages of all accounts, newest first',
  params: nothing,
  query: z
    .object({ limit: wholeNumberOr(50, 'limit', 1, 500), ...skipped, accountId: optionalAccountId })
    .transform(withSkip),
  body: noBody,
  responses: {
    200: z.object({
      ok,
      messages: z.array(storedMessage),
      pagination: z.object({ skip: z.number(), limit: z.number(), total: z.number(), hasMore: z.boolean() }),
    }),
  },
  errors: { 400: [WRONG_PARAMETER] },
} as const satisfies Contract;
