import { z } from 'zod';
import type { Contract } from '../route.ts';
import { failure, nothing, ok, pathOnly } from './fields.ts';
import { ofTypes } from './media-types.ts';

const none = { params: nothing, ...pathOnly } as const;

const part = z.looseObject({ state: z.enum(['up', 'down']) });
const view = z.looseObject({
  view: z.string(),
  live: z.boolean().optional().describe('Whether this build is what readers see.'),
  state: z.enum(['running', 'rebuilding', 'waiting', 'standby', 'stopped', 'poisoned']),
  head: z.number().describe('Last position of the log.'),
  position: z.number().describe('Last position that the view has.'),
  lag: z.number().describe('Positions between the two.'),
  lagSeconds: z.number().describe('Age of the oldest event that it does not have yet; 0 where it has all.'),
  trouble: z.string().nullable().describe('What it waits for, where it waits.'),
  stop: z
    .object({ status: z.string(), seq: z.number(), error: z.string(), at: z.string() })
    .nullable()
    .describe('Why it stands still until a person acts.'),
});

const reactor = z.looseObject({
  reactor: z.enum(['sender', 'media', 'webhook']),
  of: z
    .string()
    .nullable()
    .describe('Whose it is: an account, or a webhook; null for the one that serves all.'),
  open: z.number().describe('What it still has to do: sends, files or deliveries.'),
  trouble: z.string().nullable().describe('Why it stands still, where it does.'),
});

const health = z.object({
  version: z.string(),
  uptime: z.number().describe('Seconds since the start.'),
  nats: part
    .extend({ trouble: z.string().nullable() })
    .describe('`trouble`: why the log takes no events though NATS answers.'),
  mongo: part,
  views: z.array(view),
  reactors: z.array(reactor).describe('Those of this process.'),
  webhooks: z
    .enum(['delivering', 'waiting'])
    .optional()
    .describe('Whether this process delivers to webhooks, or waits for the one that does to stop.'),
  accounts: z.record(z.string(), z.number()).describe('How many accounts are in each status.'),
});
/** What the service knows of its parts. */
export type Health = z.input<typeof health>;

export const ping = {
  method: 'get',
  path: '/ping',
  summary: 'Liveness',
  open: true,
  ...none,
  responses: { 200: z.object({ ok, pong: ok, time: z.iso.datetime() }) },
  errors: {},
} as const satisfies Contract;

export const ready = {
  method: 'get',
  path: '/ready',
  summary: 'Whether it can serve; 503 with the reasons where it can not',
  open: true,
  ...none,
  responses: {
    200: z.object({ ok, ready: ok }),
    503: failure.extend({ reasons: z.array(z.string()) }),
  },
  errors: {},
} as const satisfies Contract;

export const getHealth = {
  method: 'get',
  path: '/health',
  summary: "Each part's state",
  ...none,
  responses: { 200: health.extend({ ok, status: z.enum(['up', 'degraded']), reasons: z.array(z.string()) }) },
  errors: {},
} as const satisfies Contract;

export const getMetrics = {
  method: 'get',
  path: '/metrics',
  summary: 'Metrics for Prometheus',
  ...none,
  responses: { 200: ofTypes(z.string(), 'text/plain') },
  errors: {},
} as const satisfies Contract;
