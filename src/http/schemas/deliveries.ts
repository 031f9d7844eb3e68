import { z } from 'zod';
import { NO_TARGET } from '../../commands/webhook-registry.ts';
import type { Contract } from '../route.ts';
import {
  ACCOUNT_RULE,
  NOT_AN_OBJECT,
  noBody,
  nothing,
  ok,
  optionalAccountId,
  pathOnly,
  WRONG_PARAMETER,
  wholeNumber,
  wholeNumberOr,
} from './fields.ts';
import * as field from './webhook-fields.ts';
import { webhookParams } from './webhooks.ts';

const NOT_FOUND = 'Webhook not found';
const STATUS = 'status must be delivered, retrying or failed';

/** One request: `status` is the receiver's, null where there was no answer; `ms` how long it took. */
const attempt = z.object({
  at: z.string(),
  ms: z.number(),
  status: z.number().nullable(),
  error: z.string().nullable(),
});
const delivery = z.object({
  id: z.string().describe('The `webhook-id` of its requests.'),
  webhookId: z.string(),
  accountId: z.string(),
  position: z.number(),
  event: z.string().describe('Id and type of the event.'),
  type: z.string(),
  status: z.enum(['delivered', 'retrying', 'failed']),
  attempts: z.array(attempt).readonly().describe('The newest 20, oldest first.'),
  nextAttemptAt: z.string().nullable(),
});

export const listDeliveries = {
  method: 'get',
  path: '/webhooks/:webhookId/deliveries',
  summary: 'What was sent to it, newest position first, with every attempt',
  params: webhookParams,
  query: z.object({
    limit: wholeNumberOr(50, 'limit', 1, 200),
    before: wholeNumber('before', 0, Number.MAX_SAFE_INTEGER).optional(),
    status: z.enum(['delivered', 'retrying', 'failed'], STATUS).optional(),
  }),
  body: noBody,
  responses: {
    200: z.object({
      ok,
      deliveries: z.array(delivery).readonly(),
      nextBefore: z.number().nullable().describe('`before` of the next page, null at the end.'),
    }),
  },
  errors: { 400: [WRONG_PARAMETER], 404: [NOT_FOUND] },
} as const satisfies Contract;

const attempted = z.object({ ok, deliveryId: z.string(), delivered: z.boolean(), attempt });

export const testWebhook = {
  method: 'post',
  path: '/webhooks/:webhookId/test',
  summary: 'Send it a made-up message now, with the header wildcat-replay: test',
  params: webhookParams,
  ...pathOnly,
  responses: { 200: attempted },
  errors: { 404: [NOT_FOUND], 422: [NO_TARGET] },
} as const satisfies Contract;

export const redeliver = {
  method: 'post',
  path: '/webhooks/:webhookId/deliveries/:deliveryId/redeliver',
  summary: 'Send a delivery once more now, under its id, with the header wildcat-replay: redelivery',
  params: webhookParams.extend({ deliveryId: z.string() }),
  ...pathOnly,
  responses: { 200: attempted },
  errors: {
    404: [NOT_FOUND, 'Delivery not found'],
    410: ['The event of this delivery is no longer in the log'],
    422: [NO_TARGET],
  },
} as const satisfies Contract;

export const replayWebhook = {
  method: 'post',
  path: '/webhooks/:webhookId/replay',
  summary:
    'Send a stretch of the log once more, each event with the header wildcat-replay and the replay’s id',
  params: webhookParams,
  query: nothing,
  body: z.object(
    {
      from: field.from,
      to: field.to.optional(),
      events: field.eventPatterns.optional(),
      accountId: optionalAccountId,
    },
    NOT_AN_OBJECT,
  ),
  responses: {
    202: z.object({ ok, replay: z.object({ id: z.string(), from: z.number(), to: z.number() }) }),
  },
  errors: {
    400: [
      field.FROM_RULE,
      field.TO_RULE,
      field.EVENTS_RULE,
      ACCOUNT_RULE,
      'from must not be after to, nor beyond the log',
    ],
    404: [NOT_FOUND],
    410: ['The log was purged up to 8: it can be replayed from 9 on'],
  },
} as const satisfies Contract;

export const deliveryContracts: readonly Contract[] = [listDeliveries, testWebhook, redeliver, replayWebhook];
