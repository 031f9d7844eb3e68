import { z } from 'zod';
import { ACCOUNT_STATUSES } from '../../events/account-state.ts';
import { ACCOUNT_ID } from '../../events/ids.ts';
import type { Contract } from '../route.ts';
import { standing } from './account-standing.ts';
import { NOT_AN_OBJECT, nothing, ok, optionalText, pathOnly, requiredText } from './fields.ts';
import { ofTypes } from './media-types.ts';

const status = z.enum(ACCOUNT_STATUSES);
const ID_RULE = 'id must be 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or digit';
/** Short enough for MongoDB's 255 bytes of database and collection name, without `$`, `.` and `system`. */
const COLLECTION = /^auth_[A-Za-z0-9_-]{1,100}$/;
const COLLECTION_RULE = 'collectionName must be auth_ followed by 1 to 100 of A-Z, a-z, 0-9, _ and -';
const NOT_FOUND = ['Account not found'];

/** An impossible id is one that no account has: it needs no rule of its own. */
export const accountParams = z.object({ accountId: z.string() });

const listed = z.object({
  _id: z.string(),
  name: z.string(),
  collectionName: z.string(),
  createdAt: z.iso.datetime(),
  status: status.describe('As the log has it.'),
  updatedAt: z.iso.datetime(),
  currentStatus: status.describe(
    'As it is at this moment: `reconnecting` where the process that ran it is gone.',
  ),
  hasQR: z.boolean(),
  history: z
    .object({
      progress: z.number().nullable().describe('Percent; 100 once all is there.'),
      chats: z.number(),
      messages: z.number(),
      at: z.iso.datetime().describe('When the last part came.'),
    })
    .nullable()
    .describe('How much of its past the phone has handed over since it was linked; null while nothing came.'),
  ...standing,
});
export type ListedAccount = z.input<typeof listed>;

const done = z.object({ ok, message: z.string() });

export const createAccount = {
  method: 'post',
  path: '/accounts',
  summary: 'Create an account; it starts connecting at once',
  params: nothing,
  query: nothing,
  body: z.object(
    {
      id: requiredText('id is required', 'id must be a string').regex(ACCOUNT_ID, ID_RULE),
      name: optionalText('name', 256).transform((name) => name ?? ''),
      collectionName: optionalText('collectionName', 105).refine(
        (name) => name === undefined || COLLECTION.test(name),
        COLLECTION_RULE,
      ),
    },
    NOT_AN_OBJECT,
  ),
  responses: {
    201: z.object({
      ok,
      account: z.object({
        id: z.string(),
        name: z.string(),
        collectionName: z.string(),
        status: z.literal('created'),
      }),
      qr: z.string().describe('Where its QR code will be: a path, or a URL where PUBLIC_URL is set.'),
    }),
  },
  errors: {
    400: [
      'id is required',
      'Account already exists',
      ID_RULE,
      COLLECTION_RULE,
      'collectionName belongs to another account',
    ],
  },
} as const satisfies Contract;

export const listAccounts = {
  method: 'get',
  path: '/accounts',
  summary: 'All accounts',
  params: nothing,
  ...pathOnly,
  responses: { 200: z.object({ ok, accounts: z.array(listed) }) },
  errors: {},
} as const satisfies Contract;

export const getAccount = {
  method: 'get',
  path: '/accounts/:accountId',
  summary: 'One account',
  params: accountParams,
  ...pathOnly,
  responses: { 200: z.object({ ok, account: listed }) },
  errors: { 404: NOT_FOUND },
} as const satisfies Contract;

export const deleteAccount = {
  method: 'delete',
  path: '/accounts/:accountId',
  summary: 'Unlink the device and erase all that the account owns; 202 where that takes longer than 30 s',
  params: accountParams,
  ...pathOnly,
  responses: {
    200: done.extend({ deletedCollection: z.string() }),
    202: done.extend({ deletedCollection: z.string() }),
  },
  errors: { 404: NOT_FOUND },
} as const satisfies Contract;

export const getStatus = {
  method: 'get',
  path: '/accounts/:accountId/status',
  summary: "The connection's status, and the raw text of the QR code now on show",
  params: accountParams,
  ...pathOnly,
  responses: {
    200: z.object({
      ok,
      accountId: z.string(),
      status,
      qr: z.string().nullable(),
      collection: z.string(),
    }),
  },
  errors: { 404: ['Account not found or not started'] },
} as const satisfies Contract;

export const connectAccount = {
  method: 'post',
  path: '/accounts/:accountId/connect',
  summary: 'Connect a stopped account',
  params: accountParams,
  ...pathOnly,
  responses: { 200: z.object({ ok, accountId: z.string(), status, message: z.string() }) },
  errors: { 404: NOT_FOUND },
} as const satisfies Contract;

export const disconnectAccount = {
  method: 'post',
  path: '/accounts/:accountId/disconnect',
  summary: 'Close the connection and keep the device linked',
  params: accountParams,
  ...pathOnly,
  responses: { 200: done },
  errors: { 404: NOT_FOUND },
} as const satisfies Contract;

export const logoutAccount = {
  method: 'post',
  path: '/accounts/:accountId/logout',
  summary: 'Unlink the device; 202 where that takes longer than 10 s',
  params: accountParams,
  ...pathOnly,
  responses: { 200: done, 202: done },
  errors: { 404: NOT_FOUND },
} as const satisfies Contract;

export const getQr = {
  method: 'get',
  path: '/accounts/:accountId/qr',
  summary: 'The QR code now on show, to be scanned with WhatsApp: image or terminal text',
  params: accountParams,
  ...pathOnly,
  responses: {
    200: ofTypes(
      z.union([z.string(), z.instanceof(Buffer)]),
      ...['image/png', 'image/svg+xml', 'text/plain'],
    ),
  },
  errors: {
    404: ['Account not found', '(no QR code is on show: the text says why, `status` beside it)'],
    406: ['This is served as image/png, image/svg+xml or text/plain'],
  },
} as const satisfies Contract;
