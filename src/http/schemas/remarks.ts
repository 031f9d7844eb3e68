import { z } from 'zod';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import {
  jidField,
  NOT_AN_OBJECT,
  nothing,
  ok,
  optionalChat,
  optionalText,
  requiredText,
  wrongJid,
} from './fields.ts';
import { LENGTH, responses, sendErrors } from './sends.ts';
import { callErrors } from './session-calls.ts';
import { storedMessage } from './stored-message.ts';

const PLACE = 'chatId and messageId are required';
const EDIT = 'chatId, messageId and message are required';
const FORWARD = 'to and messageId are required';
export const NO_MESSAGE = 'Message not found in database';
const ID = 'messageId must be a string of 256 characters at most';

const messageId = (missing: string) => requiredText(missing, ID).max(256, ID);
const place = (missing: string) => ({
  chatId: jidField('chatId', missing),
  messageId: messageId(missing),
});

const errors = (missing: string, ...more: readonly string[]) => ({
  ...sendErrors(missing, wrongJid('chatId'), ID, ...more),
  404: ['Account not found', NO_MESSAGE],
});

export const reactToMessage = {
  method: 'post',
  path: '/accounts/:accountId/message/react',
  summary: 'React to a message; an empty or missing emoji takes the reaction back',
  params: accountParams,
  query: nothing,
  body: z.object({ ...place(PLACE), emoji: optionalText('emoji', 32) }, NOT_AN_OBJECT),
  responses: { ...responses, 200: z.object({ ok, messageId: z.string() }) },
  errors: errors(PLACE, 'emoji must be a string'),
} as const satisfies Contract;

const DURATION = 'duration must be 86400 (a day), 604800 (a week) or 2592000 (30 days)';

export const pinMessage = {
  method: 'post',
  path: '/accounts/:accountId/message/pin',
  summary: 'Pin a message for everybody in the chat, or take the pin off; in some groups only admins may',
  params: accountParams,
  query: nothing,
  body: z.object(
    {
      ...place(PLACE),
      pinned: z.boolean('pinned must be true or false').default(true),
      duration: z.literal([86_400, 604_800, 2_592_000], DURATION).default(604_800).describe('Seconds.'),
    },
    NOT_AN_OBJECT,
  ),
  responses: { ...responses, 200: z.object({ ok, messageId: z.string() }) },
  errors: {
    ...errors(PLACE, 'pinned must be true or false', DURATION),
    422: [
      'Only what somebody has written or sent can be pinned',
      'This Idempotency-Key was used for another request',
    ],
  },
} as const satisfies Contract;

const STARRED = 'starred must be true or false';

export const starMessage = {
  method: 'put',
  path: '/accounts/:accountId/message/star',
  summary: 'Star a message or take the star off, as on the phone: nobody else is told',
  params: accountParams,
  query: nothing,
  body: z.object({ ...place(PLACE), starred: z.boolean(STARRED).default(true) }, NOT_AN_OBJECT),
  responses: { 200: z.object({ ok, message: storedMessage }) },
  errors: {
    ...callErrors(PLACE, wrongJid('chatId'), ID, STARRED),
    404: ['Account not found', NO_MESSAGE],
    422: ['WhatsApp refused this', 'Nobody is known to have written this message'],
  },
} as const satisfies Contract;

export const deleteMessage = {
  method: 'post',
  path: '/accounts/:accountId/message/delete',
  summary: 'Delete a message for everyone: an own one, or as admin of a group',
  params: accountParams,
  query: nothing,
  body: z.object(place(PLACE), NOT_AN_OBJECT),
  responses: { ...responses, 200: z.object({ ok }) },
  errors: {
    ...errors(PLACE),
    403: ['Only own messages can be deleted here: others’ only by a group admin'],
  },
} as const satisfies Contract;

export const editMessage = {
  method: 'post',
  path: '/accounts/:accountId/message/edit',
  summary: 'Change the text of an own message that is 15 minutes old at most',
  params: accountParams,
  query: nothing,
  body: z.object({ ...place(EDIT), message: requiredText(EDIT, LENGTH).max(65_536, LENGTH) }, NOT_AN_OBJECT),
  responses,
  errors: {
    ...errors(EDIT, LENGTH),
    403: ['Only own messages can be edited'],
    422: [
      'Only texts can be edited',
      'WhatsApp takes no edit of a message older than 15 minutes',
      'This Idempotency-Key was used for another request',
    ],
  },
} as const satisfies Contract;

export const forwardMessage = {
  method: 'post',
  path: '/accounts/:accountId/message/forward',
  summary: 'Pass a message on; chatId tells which one where two senders used one id',
  params: accountParams,
  query: nothing,
  body: z.object(
    {
      to: jidField('to', FORWARD),
      messageId: messageId(FORWARD),
      chatId: optionalChat('chatId'),
    },
    NOT_AN_OBJECT,
  ),
  responses,
  errors: {
    ...errors(FORWARD, wrongJid('to')),
    422: [
      'Messages of this kind can not be forwarded',
      'The content of this message is not known any more',
      'This Idempotency-Key was used for another request',
    ],
  },
} as const satisfies Contract;
