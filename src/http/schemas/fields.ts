import { z } from 'zod';
import { ACCOUNT_ID, parseChat, parseJid } from '../../events/ids.ts';
import { parseMoment } from '../../events/moment.ts';

/** For endpoints that take no parameters (or ignore those they are given). */
export const nothing = z.object({});
/** For endpoints that read no body: whatever is sent is left alone. */
export const noBody = z.undefined();
/** For endpoints that take nothing but what their path names. */
export const pathOnly = { query: nothing, body: noBody } as const;

export const ok = z.literal(true);

export const NOT_AN_OBJECT = 'The body must be a JSON object';
/** Stands for the many texts that a list of parameters is refused with. */
export const WRONG_PARAMETER = '(names the parameter and what was expected)';

const absent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** A text that must be there. `missing` answers undefined, null and ''; `wrong` everything that is no text. */
export const requiredText = (missing: string, wrong: string) =>
  z.string({ error: (issue) => (absent(issue.input) ? missing : wrong) }).min(1, missing);

/** undefined, null and '' count as not given, as they did in the original service. */
export const optionalText = (name: string, max: number) =>
  z
    .string({ error: `${name} must be a string` })
    .max(max, `${name} must have ${max} characters at most`)
    .nullish()
    .transform((text) => text || undefined);

/** What a field is refused with that holds no JID, or none that can be written to. */
export const wrongJid = (field: string): string =>
  `Invalid WhatsApp JID format for "${field}" field. Expected format: 1234567890@s.whatsapp.net or 123456789@g.us`;

/** What goes to a status or a list needs an audience, which no request names: nobody would get it. */
const writableJid = (text: string): string | null => (/@broadcast$/.test(text) ? null : parseJid(text));

/** A JID in the field `name` that can be written to, as `parseJid` takes it; comes out in its normal form. */
export const jidField = (name: string, missing: string) =>
  requiredText(missing, wrongJid(name))
    .refine((text) => text === '' || writableJid(text) !== null, wrongJid(name))
    .transform((text) => writableJid(text) ?? text);

/** A chat that is read, in the field `name`, as `parseChat` takes it; undefined, null and '' count as not given. */
export const optionalChat = (name: string) =>
  z
    .string({ error: wrongJid(name) })
    .refine((text) => text === '' || parseChat(text) !== null, wrongJid(name))
    .nullish()
    .transform((text) => parseChat(text ?? '') ?? undefined);

export const ACCOUNT_RULE = 'accountId must be an account id';
export const optionalAccountId = z.string({ error: ACCOUNT_RULE }).regex(ACCOUNT_ID, ACCOUNT_RULE).optional();

/** A whole number in a query string. */
export const wholeNumber = (name: string, min: number, max: number) => {
  const error = `${name} must be a whole number from ${min} to ${max}`;
  return z
    .string({ error })
    .regex(/^\d{1,16}$/, error)
    .transform(Number)
    .pipe(z.number().int(error).min(min, error).max(max, error))
    .meta({ type: 'integer', pattern: undefined, minimum: min, maximum: max });
};

/** The same where it may be missing: then it is `value`. */
export const wholeNumberOr = (value: number, name: string, min: number, max: number) =>
  // in words: the document leaves a default out that is not yet what is sent
  wholeNumber(name, min, max).default(value).describe(`${value} where it is missing.`);

/** A choice in a query string. */
export const trueOrFalse = (name: string) =>
  z.enum(['true', 'false'], `${name} must be true or false`).transform((text) => text === 'true');

/** Where the next page begins, as another one said it. `max`: how long it may be. */
export const cursorText = (max: number) => {
  const error = 'cursor must be the nextCursor of another page';
  return z
    .string(error)
    .regex(/^[A-Za-z0-9_-]+$/, error)
    .max(max, error)
    .optional()
    .describe('The nextCursor of another page: this one begins behind it.');
};

/** A query with the pluses that were not encoded: they arrive as spaces. */
export const withPlus = (text: string): string => text.replace(/(^|,) /g, '$1+');

export const CHAT_RULE = 'chatId must be a WhatsApp JID, e.g. 1234567890@s.whatsapp.net or 123456789@g.us';
/** A chat that is read, in a path or query, as `parseChat` takes it; comes out in its normal form. */
export const chatId = z
  .string({ error: CHAT_RULE })
  .overwrite(withPlus)
  .refine((text) => parseChat(text) !== null, CHAT_RULE)
  .transform((text) => parseChat(text) ?? text);

export const AT_RULE = 'at must be a position of the log, unix seconds or an ISO 8601 time';
/** A moment of the past: what was known then is answered. */
export const at = z
  .string({ error: AT_RULE })
  .transform((text, context) => {
    const moment = parseMoment(text);
    if (moment === null) context.issues.push({ code: 'custom', message: AT_RULE, input: text });
    return moment ?? z.NEVER;
  })
  .optional();

/** The largest skip that every MongoDB takes. */
export const MAX_OFFSET = 2_147_483_647;
const SKIP_OR_OFFSET = 'skip and offset mean the same: use one of them';
/** How many come before a page, for the original's lists: `skip` there, `offset` everywhere else. */
export const skipped = {
  skip: wholeNumber('skip', 0, MAX_OFFSET).optional(),
  offset: wholeNumber('offset', 0, MAX_OFFSET).optional().describe('The same as skip.'),
};
/** The query with `skip`, however it was called. */
export const withSkip = <Query extends Readonly<{ skip?: number | undefined; offset?: number | undefined }>>(
  { offset, ...query }: Query,
  context: z.RefinementCtx,
) => {
  if (offset !== undefined && query.skip !== undefined) context.addIssue(SKIP_OR_OFFSET);
  return { ...query, skip: query.skip ?? offset };
};
/** Unix seconds up to the year 9999. */
export const unixSeconds = (name: string) => wholeNumber(name, 0, 253_402_300_799);

/** A failed request. `error` is for people; further fields depend on the endpoint. */
export const failure = z.looseObject({ ok: z.literal(false), error: z.string() });
