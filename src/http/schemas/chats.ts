import { z } from 'zod';
import { CONTENT_TYPES } from '../../events/messages.ts';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import {
  CHAT_RULE,
  chatId,
  cursorText,
  MAX_OFFSET,
  NOT_AN_OBJECT,
  noBody,
  nothing,
  ok,
  pathOnly,
  trueOrFalse,
  WRONG_PARAMETER,
  wholeNumber,
} from './fields.ts';
import { timer } from './group-changes.ts';
import { responses as sendResponses } from './sends.ts';
import { callErrors, jidParam } from './session-calls.ts';

/** When a picture that somebody may have kept was changed. */
export const pictureChangedAt = z
  .number()
  .nullable()
  .describe(
    'Unix seconds of the last change of the picture (or its removal) that was told, null while none was.',
  );

const listedChat = z.object({
  chatId: z.string(),
  lid: z
    .string()
    .nullable()
    .describe('The other name of a person; `chatId` is the phone number where that is known.'),
  messageCount: z.number(),
  name: z
    .string()
    .nullable()
    .describe(
      "Of a person as the phone's address book has it, else as they call themselves; of a group its subject.",
    ),
  unreadCount: z.number().describe('Received and not read, as far as is known.'),
  markedUnread: z.boolean().describe('Marked as unread by hand.'),
  archived: z.boolean(),
  pinned: z.boolean(),
  mutedUntil: z.number().nullable().describe('Unix seconds, -1 for ever, null where it is not.'),
  blocked: z.boolean(),
  pictureChangedAt,
  locked: z.boolean().describe("Behind the phone's lock."),
  deleted: z
    .boolean()
    .describe('Deleted on the phone, and nothing was said since. Here it stays, and its messages do.'),
  clearedTo: z
    .number()
    .nullable()
    .describe('What was said until then (unix seconds) was cleared or deleted on the phone. Here it stays.'),
  disappearing: z.number().describe('Seconds after which new messages disappear, 0 where they stay.'),
  known: z
    .object({ from: z.number().nullable(), to: z.number().nullable(), complete: z.boolean() })
    .describe(
      'From when to when messages are known, in unix seconds; `complete`: the phone has no older ones.',
    ),
  lastMessage: z
    .object({
      messageId: z.string(),
      text: z.string().nullable(),
      type: z.enum(CONTENT_TYPES),
      timestamp: z.number(),
      fromMe: z.boolean(),
    })
    .nullable(),
});
export type ListedChat = z.input<typeof listedChat>;

export const listChats = {
  method: 'get',
  path: '/accounts/:accountId/chats',
  summary:
    'Chats of an account, the one with the newest message first; a page of them with limit, offset or cursor',
  params: accountParams,
  query: z.object({
    limit: wholeNumber('limit', 1, 1_000).optional(),
    offset: wholeNumber('offset', 0, MAX_OFFSET).optional(),
    cursor: cursorText(512),
    unread: trueOrFalse('unread').optional().describe('Received and not read, or marked as unread by hand.'),
    archived: trueOrFalse('archived').optional(),
    deleted: trueOrFalse('deleted')
      .optional()
      .describe('true: those that were deleted on the phone. They are left out otherwise.'),
  }),
  body: noBody,
  responses: {
    200: z.object({
      ok,
      chats: z.array(listedChat).readonly(),
      pagination: z
        .object({
          limit: z.number().nullable(),
          offset: z.number(),
          hasMore: z.boolean(),
          nextCursor: z
            .string()
            .nullable()
            .describe(
              'For `cursor`: the next page. A chat in which something is said meanwhile moves to the front.',
            ),
        })
        .optional()
        .describe('Only where a page was asked for.'),
    }),
  },
  errors: { 400: [WRONG_PARAMETER], 404: ['Account not found'] },
} as const satisfies Contract;

export const NO_CHAT = 'Chat not found';

export const getChat = {
  method: 'get',
  path: '/accounts/:accountId/chats/:chatId',
  summary: 'One chat, by its id or any other address of that person',
  params: accountParams.extend({ chatId }),
  ...pathOnly,
  responses: { 200: z.object({ ok, chat: listedChat }) },
  errors: { 400: [CHAT_RULE], 404: ['Account not found', NO_CHAT] },
} as const satisfies Contract;

const MUTED = 'mutedUntil must be unix seconds, -1 (for ever) or null (not muted)';
const SOME = 'archived, pinned, markedUnread, mutedUntil or disappearing is required';
export const PERSON_ONLY =
  'disappearing is set here for a chat with one person; for a group in groups/:groupId/settings';
const setting = (name: string) => z.boolean(`${name} must be true or false`).optional();

export const changeChat = {
  method: 'put',
  path: '/accounts/:accountId/chats/:chatId/settings',
  summary:
    'Archive, pin, mute a chat, mark it as unread or let its messages disappear, as on the phone; what is not named stays',
  params: accountParams.extend({ chatId: jidParam(CHAT_RULE) }),
  query: nothing,
  body: z
    .object(
      {
        archived: setting('archived'),
        pinned: setting('pinned'),
        markedUnread: setting('markedUnread').describe('false: it is read, all of it. Nobody is told.'),
        mutedUntil: z
          .number(MUTED)
          .int(MUTED)
          .min(-1, MUTED)
          .max(253_402_300_799, MUTED)
          .nullish()
          .describe('Unix seconds, -1 for ever, null: not muted.'),
        disappearing: timer
          .nullish()
          .describe(
            'Seconds after which messages disappear, for both sides; 0 or null: they stay. Sent as a message is.',
          ),
      },
      NOT_AN_OBJECT,
    )
    .refine((body) => Object.values(body).some((value) => value !== undefined), SOME),
  responses: { ...sendResponses, 200: z.object({ ok, chat: listedChat }) },
  errors: {
    ...callErrors(CHAT_RULE, SOME, PERSON_ONLY, '(names the field and what was expected)'),
    404: ['Account not found', NO_CHAT],
  },
} as const satisfies Contract;

const removed = {
  params: accountParams.extend({ chatId: jidParam(CHAT_RULE) }),
  ...pathOnly,
  responses: { 200: z.object({ ok, chat: listedChat }) },
  errors: { ...callErrors(CHAT_RULE), 404: ['Account not found', NO_CHAT] },
} as const;

export const deleteChat = {
  method: 'delete',
  path: '/accounts/:accountId/chats/:chatId',
  summary:
    'Delete a chat on the phone, for nobody else. Here it leaves the list until something is said there; its messages stay',
  ...removed,
} as const satisfies Contract;

export const clearChat = {
  method: 'post',
  path: '/accounts/:accountId/chats/:chatId/clear',
  summary: 'Clear a chat of its messages on the phone, for nobody else. Here they stay',
  ...removed,
} as const satisfies Contract;

/** All of these, in the order of the contract. */
export const chatContracts: readonly Contract[] = [listChats, getChat, changeChat, deleteChat, clearChat];
