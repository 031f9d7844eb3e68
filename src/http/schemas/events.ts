import { Readable } from 'node:stream';
import { z } from 'zod';
import { AGGREGATES } from '../../events/codec.ts';
import { isTypePattern } from '../../events/filter.ts';
import { ACCOUNT_ID } from '../../events/ids.ts';
import { publicEvent } from '../../events/public.ts';
import type { Contract } from '../route.ts';
import { noBody, nothing, ok, wholeNumber } from './fields.ts';
import { ofTypes, withContent } from './media-types.ts';

const MAX_NAMES = 50;
/** Each account with each type is a subject that the log is asked for. */
const MAX_PAIRS = 200;
const MAX_LIMIT = 1_000;
const MAX_WAIT_S = 60;

const AFTER = 'after must be a position of the log (a whole number) or "now"';
const ACCOUNT = `account must be 1 to ${MAX_NAMES} account ids, separated by commas`;
const TYPES = `types must be 1 to ${MAX_NAMES} of message.received, message.*, and so on, separated by commas; there are ${AGGREGATES.join(', ')}`;

const names = (rule: string, accepts: (name: string) => boolean) =>
  z
    .string(rule)
    .transform((text) => text.split(',').map((name) => name.trim()))
    .refine((list) => list.length <= MAX_NAMES && list.every(accepts), rule);

const position = z
  .string(AFTER)
  .regex(/^(\d{1,15}|now)$/, AFTER)
  .transform((text): number | 'now' => (text === 'now' ? 'now' : Number(text)));

const filter = {
  account: names(ACCOUNT, (name) => ACCOUNT_ID.test(name) || name === '_sys').optional(),
  types: names(TYPES, isTypePattern).optional(),
};

const PAIRS = `account times types must be ${MAX_PAIRS} at most: leave one of them out, or ask twice`;
type Names = Readonly<{ account?: string[] | undefined; types?: string[] | undefined }>;
const fewPairs = ({ account = [], types = [] }: Names): boolean => account.length * types.length <= MAX_PAIRS;

const NOT_WAITING = 'All 1000 places for waiting consumers are taken: try again later';
const errors = {
  400: [AFTER, ACCOUNT, TYPES, PAIRS, 'after is 9, but the log ends at 7: is it of another log?'],
  410: ['The log begins at 9 now, what followed position 5 was erased: go on with after=8'],
  429: [NOT_WAITING],
} as const;
const WAIT = `wait must be a whole number from 0 to ${MAX_WAIT_S}`;
const LIMIT = `limit must be a whole number from 1 to ${MAX_LIMIT}`;

const page = z.object({ ok, events: z.array(publicEvent), next: z.number(), head: z.number() });
const lines = z.string().describe('One event in each line; Wildcat-Next and Wildcat-Head in the headers');

export const pullEvents = {
  method: 'get',
  path: '/events',
  summary:
    'Events from a position on, as JSON or (Accept: application/x-ndjson) one a line; waits for the first',
  params: nothing,
  query: z
    .object({
      ...filter,
      after: position.optional().describe('Position of the last event that one has; 0, the default, for all'),
      limit: wholeNumber('limit', 1, MAX_LIMIT).optional(),
      wait: wholeNumber('wait', 0, MAX_WAIT_S).optional().describe('Seconds to wait where there is none yet'),
    })
    .refine(fewPairs, PAIRS),
  body: noBody,
  responses: {
    200: withContent(z.union([page, lines]), { 'application/json': page, 'application/x-ndjson': lines }),
  },
  errors: {
    ...errors,
    400: [...errors[400], WAIT, LIMIT],
    406: ['Not acceptable: application/json or application/x-ndjson'],
  },
} as const satisfies Contract;

const live = {
  method: 'get',
  params: nothing,
  query: z
    .object({
      ...filter,
      after: position
        .optional()
        .describe('Position of the last event that one has; what comes from now on without'),
    })
    .refine(fewPairs, PAIRS),
  body: noBody,
} as const;

export const streamEvents = {
  ...live,
  path: '/events/stream',
  summary: 'Events as they come, as server-sent events; resumes after Last-Event-ID or `after`',
  responses: {
    200: ofTypes(z.union([z.string(), z.instanceof(Readable)]), 'text/event-stream'),
  },
  errors: { ...errors, 400: [...errors[400], 'Last-Event-ID must be a position of the log'] },
} as const satisfies Contract;

export const socketEvents = {
  ...live,
  path: '/events/ws',
  summary: 'The same over a WebSocket, one event in each message',
  responses: { 101: z.undefined() },
  errors: {
    ...errors,
    403: ['Origin not allowed'],
    426: ['Upgrade required: this is a WebSocket'],
  },
} as const satisfies Contract;
