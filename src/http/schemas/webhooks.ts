import { z } from 'zod';
import { NO_TARGET } from '../../commands/webhook-registry.ts';
import { FORMATS, ORDERS } from '../../events/webhooks.ts';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { NOT_AN_OBJECT, nothing, ok, pathOnly } from './fields.ts';
import * as field from './webhook-fields.ts';

const NOT_FOUND = 'Webhook not found';
export const webhookParams = z.object({ webhookId: z.string() });
const RULES = [
  field.ACCOUNTS_RULE,
  field.EVENTS_RULE,
  field.FORMAT_RULE,
  field.ORDER_RULE,
  field.SECRET_RULE,
  field.HEADERS_RULE,
] as const;

const options = {
  events: field.eventPatterns.optional(),
  format: field.format.optional(),
  order: field.order.optional(),
  secret: field.secret.optional(),
  headers: field.headers.optional(),
};
const accounts = field.accountList.optional();

/** As it is shown: without user and password in its URL, header values and secrets. */
const shown = z.object({
  id: z.string(),
  url: z.string(),
  accounts: z.array(z.string()).describe('Empty: all.'),
  events: z.array(z.string()),
  format: z.enum(FORMATS),
  order: z.enum(ORDERS),
  status: z.enum(['active', 'paused', 'disabled']),
  reason: z.enum(['gone', 'failing']).nullable(),
  headers: z.array(z.string()).describe('Names only.'),
  after: z.number().describe('Position of the log after which it began.'),
  replays: z.array(z.object({ id: z.string(), from: z.number(), to: z.number() })),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ShownWebhook = z.input<typeof shown>;

/** `webhook` where options were given; `secret` where one was made for it. */
const registered = z.object({
  ok,
  url: z.string(),
  created: z.boolean(),
  webhook: shown.optional(),
  secret: z.string().optional(),
});

export const registerWebhook = {
  method: 'post',
  path: '/webhooks',
  summary: 'Register a URL that gets messages or other events; the same URL again changes what is given',
  params: nothing,
  query: nothing,
  body: z.object(
    { url: field.webhookUrl, accounts, ...options, startAt: field.startAt.optional() },
    NOT_AN_OBJECT,
  ),
  responses: { 200: registered, 201: registered },
  errors: {
    400: [...field.URL_RULES, ...RULES, field.START_RULE],
    410: ['The log was purged up to 8: startAt can be 0, or from 8 on'],
    422: [NO_TARGET],
  },
} as const satisfies Contract;

export const registerAccountWebhook = {
  ...registerWebhook,
  path: '/accounts/:accountId/webhooks',
  summary: 'Register a URL that gets what happens to this account',
  params: accountParams,
  body: z.object({ url: field.webhookUrl, ...options, startAt: field.startAt.optional() }, NOT_AN_OBJECT),
  errors: { ...registerWebhook.errors, 404: ['Account not found'] },
} as const satisfies Contract;

const list = z.object({ ok, webhooks: z.array(shown) });

export const listWebhooks = {
  method: 'get',
  path: '/webhooks',
  summary: 'All webhooks',
  params: nothing,
  ...pathOnly,
  responses: { 200: list },
  errors: {},
} as const satisfies Contract;

export const listAccountWebhooks = {
  ...listWebhooks,
  path: '/accounts/:accountId/webhooks',
  summary: 'The webhooks that are told of this account',
  params: accountParams,
  errors: { 404: ['Account not found'] },
} as const satisfies Contract;

const one = { params: webhookParams, ...pathOnly } as const;
const single = z.object({ ok, webhook: shown });

export const getWebhook = {
  method: 'get',
  path: '/webhooks/:webhookId',
  summary: 'One webhook',
  ...one,
  responses: { 200: single },
  errors: { 404: [NOT_FOUND] },
} as const satisfies Contract;

export const getWebhookSecret = {
  method: 'get',
  path: '/webhooks/:webhookId/secret',
  summary: 'What its deliveries are signed with, and until when a replaced secret still is, too',
  ...one,
  responses: {
    200: z.object({
      ok,
      secret: z.string(),
      secrets: z.array(z.object({ secret: z.string(), until: z.string().nullable() })).readonly(),
    }),
  },
  errors: { 404: [NOT_FOUND], 422: [NO_TARGET] },
} as const satisfies Contract;

export const changeWebhook = {
  method: 'patch',
  path: '/webhooks/:webhookId',
  summary: 'Change what is given. A new secret (null: one is made) signs beside the old one for 24 hours',
  params: webhookParams,
  query: nothing,
  body: z.object(
    { url: field.webhookUrl.optional(), accounts, ...options, secret: field.secret.nullable().optional() },
    NOT_AN_OBJECT,
  ),
  responses: { 200: single.extend({ secret: z.string().optional() }) },
  errors: {
    400: [...field.URL_RULES, ...RULES, 'Another webhook has this url for these accounts'],
    404: [NOT_FOUND],
    409: ['Another change of this webhook came first'],
    422: [NO_TARGET],
  },
} as const satisfies Contract;

export const deleteWebhook = {
  method: 'delete',
  path: '/webhooks/:webhookId',
  summary: 'Forget a webhook and its deliveries',
  ...one,
  responses: { 200: z.object({ ok, message: z.string() }) },
  errors: { 404: [NOT_FOUND] },
} as const satisfies Contract;

export const pauseWebhook = {
  method: 'post',
  path: '/webhooks/:webhookId/pause',
  summary: 'Deliver nothing until it is resumed; nothing is lost',
  ...one,
  responses: { 200: single },
  errors: { 404: [NOT_FOUND] },
} as const satisfies Contract;

export const resumeWebhook = {
  ...pauseWebhook,
  path: '/webhooks/:webhookId/resume',
  summary: 'Go on where it stood, also where it was disabled',
} as const satisfies Contract;

export const webhookContracts: readonly Contract[] = [
  registerWebhook,
  listWebhooks,
  getWebhook,
  getWebhookSecret,
  changeWebhook,
  deleteWebhook,
  pauseWebhook,
  resumeWebhook,
  registerAccountWebhook,
  listAccountWebhooks,
];
