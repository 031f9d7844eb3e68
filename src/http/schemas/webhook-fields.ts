import { z } from 'zod';
import { isTypePattern } from '../../events/filter.ts';
import { ACCOUNT_ID } from '../../events/ids.ts';
import { FORMATS, ORDERS } from '../../events/webhooks.ts';
import { requiredText } from './fields.ts';

const URL_MISSING = 'url is required and must be a string';
const URL_WRONG = 'invalid URL';
const URL_SCHEME = 'only http/https URLs are allowed';
export const URL_RULES = [URL_MISSING, URL_WRONG, URL_SCHEME] as const;
const MAX_URL = 2_048;

const schemeOf = (text: string): string => (URL.canParse(text) ? new URL(text).protocol : '');

/** Where a webhook goes, as the original service checked it. */
export const webhookUrl = requiredText(URL_MISSING, URL_MISSING)
  .max(MAX_URL, `url must have ${MAX_URL} characters at most`)
  .refine((text) => text === '' || URL.canParse(text), { error: URL_WRONG, abort: true })
  .refine((text) => !URL.canParse(text) || /^https?:$/.test(schemeOf(text)), URL_SCHEME);

export const EVENTS_RULE =
  'events must be a list of 1 to 50 patterns, e.g. message.* or account.connected; webhook.* is not delivered';
export const eventPatterns = z
  .array(
    z.string(EVENTS_RULE).refine((text) => isTypePattern(text) && !text.startsWith('webhook.'), EVENTS_RULE),
    EVENTS_RULE,
  )
  .min(1, EVENTS_RULE)
  .max(50, EVENTS_RULE);

export const ACCOUNTS_RULE = 'accounts must be a list of up to 100 account ids; an empty one means all';
export const accountList = z
  .array(z.string(ACCOUNTS_RULE).regex(ACCOUNT_ID, ACCOUNTS_RULE), ACCOUNTS_RULE)
  .max(100, ACCOUNTS_RULE);

export const FORMAT_RULE = 'format must be wildcat or cloudevents';
export const ORDER_RULE = 'order must be chat or none';
export const format = z.enum(FORMATS, FORMAT_RULE);
export const order = z.enum(ORDERS, ORDER_RULE);

export const SECRET_RULE = 'secret must be whsec_ and 24 to 64 bytes in base64';
export const secret = z.string(SECRET_RULE).refine((text) => {
  const coded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  const bytes = coded === undefined ? 0 : Buffer.from(coded, 'base64').length;
  return coded !== undefined && coded.length % 4 === 0 && bytes >= 24 && bytes <= 64;
}, SECRET_RULE);

/** What a delivery says itself, and what HTTP keeps for itself. */
const RESERVED =
  /^(webhook-|wildcat-|content-|host$|connection$|keep-alive$|transfer-encoding$|te$|trailer$|upgrade$|expect$|user-agent$)/;
export const HEADERS_RULE =
  'headers must be up to 20 names with texts of 1 to 1024 printable characters; webhook-*, wildcat-*, content-* and those of the connection are taken';
export const headers = z
  .record(z.string(), z.string(HEADERS_RULE).regex(/^[\x20-\x7e]{1,1024}$/, HEADERS_RULE), HEADERS_RULE)
  .refine(
    (given) =>
      Object.keys(given).length <= 20 &&
      Object.keys(given).every(
        (name) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(name) && !RESERVED.test(name.toLowerCase()),
      ),
    HEADERS_RULE,
  );

/** Of a union zod tells what is wrong with the one branch whose type fits: each says the whole rule. */
const positionOrTime = (min: number, rule: string) =>
  [
    z.number(rule).int(rule).min(min, rule),
    z.iso.datetime({ offset: true, error: rule }).transform((text) => new Date(text)),
  ] as const;

export const START_RULE =
  'startAt must be "now", a position of the log (0 for all of it) or a time, e.g. 2026-01-01T00:00:00Z';
export const startAt = z.union([z.literal('now'), ...positionOrTime(0, START_RULE)], START_RULE);

export const FROM_RULE = 'from must be a position of the log from 1 on, or a time';
export const TO_RULE = 'to must be a position of the log from 1 on, or a time';
const limit = (rule: string) => z.union(positionOrTime(1, rule), rule);
export const from = limit(FROM_RULE);
export const to = limit(TO_RULE);
