import { z } from 'zod';
import { ACCOUNT_ID } from '../../events/ids.ts';
import { CONTENT_TYPES } from '../../events/messages.ts';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { CHAT_RULE, chatId, MAX_OFFSET, noBody, nothing, unixSeconds, wholeNumber } from './fields.ts';

const ok = z.literal(true);
const ACCOUNT_RULE = 'accountId must be an account id';

const quotedMessage = z.object({
  messageId: z.string(),
  participant: z.string().nullable(),
  text: z.string().nullable(),
  hasMedia: z.boolean(),
});

/** A message as every read gives it. `timestamp` is in unix seconds, always a number; other times are ISO 8601. */
export const storedMessage = z.object({
  accountId: z.string(),
  messageId: z.string(),
  chatId: z.string(),
  from: z.string().nullable(),
  fromMe: z.boolean(),
  timestamp: z.number(),
  type: z.enum(CONTENT_TYPES),
  text: z.string().nullable(),
  hasMedia: z.boolean(),
  mediaType: z.string().nullable(),
  mediaUrl: z.string().nullable(),
  mediaSize: z.number().nullable(),
  mediaMimetype: z.string().nullable(),
  mediaFileName: z.string().nullable(),
  caption: z.string().nullable(),
  mediaWidth: z.number().nullable(),
  mediaHeight: z.number().nullable(),
  quotedMessage: quotedMessage.nullable(),
  mentions: z.array(z.string()).readonly(),
  isForwarded: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** How far an own message got; null for others'. */
  status: z.enum(['queued', 'sent', 'delivered', 'read', 'played', 'failed', 'unknown']).nullish(),
  /** Why it failed. */
  error: z.string().nullish(),
  editedAt: z.iso.datetime().nullish(),
  /** Earlier texts, oldest first. */
  edits: z
    .array(z.object({ text: z.string().nullable(), timestamp: z.number() }))
    .readonly()
    .optional(),
  deletedAt: z.iso.datetime().nullish(),
  reactions: z
    .array(z.object({ from: z.string(), emoji: z.string(), timestamp: z.number() }))
    .readonly()
    .optional(),
  receipts: z
    .array(
      z.object({
        jid: z.string(),
        deliveredAt: z.iso.datetime().nullable(),
        readAt: z.iso.datetime().nullable(),
      }),
    )
    .readonly()
    .optional(),
  lid: z.string().nullish(),
  location: z
    .object({
      latitude: z.number(),
      longitude: z.number(),
      name: z.string().optional(),
      address: z.string().optional(),
    })
    .nullish(),
  contacts: z
    .array(z.object({ name: z.string(), vcard: z.string() }))
    .readonly()
    .optional(),
  /** Of a poll (`text` is its question): who has picked what by now; `selectable` 0 means any number of options. */
  poll: z
    .object({
      selectable: z.number(),
      options: z
        .array(z.object({ name: z.string(), votes: z.number(), voters: z.array(z.string()).readonly() }))
        .readonly(),
    })
    .nullish(),
  viewOnce: z.boolean().optional(),
  /** Seconds after which it disappears. */
  expiresIn: z.number().nullish(),
});
export type StoredMessage = z.input<typeof storedMessage>;

const listedChat = z.object({
  chatId: z.string(),
  /** The other name of a person; `chatId` is the phone number where that is known. */
  lid: z.string().nullable(),
  messageCount: z.number(),
  /** Of a person as the phone's address book has it, else as they call themselves; of a group its subject. */
  name: z.string().nullable(),
  /** Received and not read, as far as is known. */
  unreadCount: z.number(),
  /** Marked as unread by hand. */
  markedUnread: z.boolean(),
  archived: z.boolean(),
  pinned: z.boolean(),
  /** Unix seconds, -1 for ever, null where it is not. */
  mutedUntil: z.number().nullable(),
  blocked: z.boolean(),
  /** Seconds after which new messages disappear, 0 where they stay. */
  disappearing: z.number(),
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

const total = z.number();
const limit = z.number();
const hasMore = z.boolean();

export const getMessage = {
  method: 'get',
  path: '/accounts/:accountId/messages/:messageId',
  summary: 'One message; where two senders used one id the newest, unless chatId tells which',
  params: accountParams.extend({ messageId: z.string() }),
  query: z.object({ chatId: chatId.optional() }),
  body: noBody,
  responses: { 200: z.object({ ok, message: storedMessage }) },
  errors: { 400: [CHAT_RULE], 404: ['Account not found', 'Message not found'] },
} as const satisfies Contract;

export const listChatMessages = {
  method: 'get',
  path: '/accounts/:accountId/chats/:chatId/messages',
  summary: 'Messages of a chat, newest first; before and after are exclusive unix seconds',
  params: accountParams.extend({ chatId }),
  query: z.object({
    limit: wholeNumber('limit', 1, 200).default(50),
    offset: wholeNumber('offset', 0, MAX_OFFSET).default(0),
    before: unixSeconds('before').optional(),
    after: unixSeconds('after').optional(),
  }),
  body: noBody,
  responses: {
    200: z.object({
      ok,
      messages: z.array(storedMessage),
      pagination: z.object({ total, limit, offset: z.number(), hasMore }),
    }),
  },
  errors: { 400: ['(names the parameter and what was expected)'], 404: ['Account not found'] },
} as const satisfies Contract;

export const listChats = {
  method: 'get',
  path: '/accounts/:accountId/chats',
  summary: 'Chats of an account, the one with the newest message first',
  params: accountParams,
  query: z.object({
    limit: wholeNumber('limit', 1, 1_000).optional(),
    offset: wholeNumber('offset', 0, MAX_OFFSET).default(0),
  }),
  body: noBody,
  responses: { 200: z.object({ ok, chats: z.array(listedChat) }) },
  errors: { 400: ['(names the parameter and what was expected)'], 404: ['Account not found'] },
} as const satisfies Contract;

export const listMessages = {
  method: 'get',
  path: '/messages',
  summary: 'Messages of all accounts, newest first',
  params: nothing,
  query: z.object({
    limit: wholeNumber('limit', 1, 500).default(50),
    skip: wholeNumber('skip', 0, MAX_OFFSET).default(0),
    accountId: z.string({ error: ACCOUNT_RULE }).regex(ACCOUNT_ID, ACCOUNT_RULE).optional(),
  }),
  body: noBody,
  responses: {
    200: z.object({
      ok,
      messages: z.array(storedMessage),
      pagination: z.object({ skip: z.number(), limit, total, hasMore }),
    }),
  },
  errors: { 400: ['(names the parameter and what was expected)'] },
} as const satisfies Contract;
