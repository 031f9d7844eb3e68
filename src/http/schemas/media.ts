import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import {
  CHAT_RULE,
  chatId,
  noBody,
  nothing,
  ok,
  optionalAccountId,
  optionalText,
  pathOnly,
  skipped,
  WRONG_PARAMETER,
  wholeNumber,
  withSkip,
} from './fields.ts';
import { ofTypes } from './media-types.ts';

const listedMedia = z.object({
  id: z.string(),
  filename: z.string(),
  contentType: z.string(),
  length: z.number(),
  uploadDate: z.iso.datetime(),
  metadata: z.object({
    accountId: z.string(),
    messageId: z.string(),
    chatId: z.string(),
    uploadedAt: z.iso.datetime(),
    mediaType: z.string(),
    mimetype: z.string(),
    caption: z.string().nullable(),
    fileName: z.string().nullable(),
    fileLength: z.number(),
    width: z.number().nullable(),
    height: z.number().nullable(),
  }),
});
export type ListedMedia = z.input<typeof listedMedia>;

const bytes = ofTypes(z.union([z.string(), z.instanceof(Readable), z.null()]), '*/*');
const served = { 200: bytes, 206: bytes, 304: bytes } as const;

export const listMedia = {
  method: 'get',
  path: '/media',
  summary: 'Files that are kept, sent and received, those of the newest messages first; 500 at most',
  params: nothing,
  query: z
    .object({
      messageId: optionalText('messageId', 256),
      accountId: optionalAccountId,
      chatId: chatId.optional(),
      limit: wholeNumber('limit', 1, 500).optional().describe('500 where it is missing.'),
      ...skipped,
    })
    .transform(withSkip),
  body: noBody,
  responses: {
    200: z.object({
      ok,
      media: z.array(listedMedia).readonly(),
      pagination: z
        .object({ skip: z.number(), limit: z.number(), hasMore: z.boolean() })
        .optional()
        .describe('Only where a page was asked for, by limit or skip.'),
    }),
  },
  errors: { 400: [WRONG_PARAMETER] },
} as const satisfies Contract;

export const getMedia = {
  method: 'get',
  path: '/media/:id',
  summary: 'The bytes of a file; Range and If-None-Match are understood',
  params: z.object({ id: z.string().regex(/^[0-9a-f]{24}$/i, 'id must be 24 hex digits') }),
  ...pathOnly,
  responses: served,
  errors: { 400: ['id must be 24 hex digits'], 404: ['media not found'], 416: ['Range not satisfiable'] },
} as const satisfies Contract;

export const getMessageMedia = {
  method: 'get',
  path: '/accounts/:accountId/messages/:messageId/media',
  summary: "The bytes of a message's file; Range and If-None-Match are understood",
  params: accountParams.extend({ messageId: z.string() }),
  query: z.object({ chatId: chatId.optional() }),
  body: noBody,
  responses: served,
  errors: {
    400: [CHAT_RULE],
    404: ['Account not found', 'Message not found', 'Message has no media'],
    409: ['media pending'],
    410: ['media unavailable'],
    416: ['Range not satisfiable'],
  },
} as const satisfies Contract;
