import { z } from 'zod';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { jidField, NOT_AN_OBJECT, nothing, optionalText, requiredText } from './fields.ts';
import { responses, sendErrors } from './sends.ts';

const PLACE = 'to, latitude and longitude are required';
const CARDS = 'to and contacts are required';
const POLL = 'to, name and options are required';

const quotedMessageId = optionalText('quotedMessageId', 256);

const degrees = (name: string, max: number) => {
  const wrong = `${name} must be a number from -${max} to ${max}`;
  return z
    .number({ error: ({ input }) => (input === undefined || input === null ? PLACE : wrong) })
    .min(-max, wrong)
    .max(max, wrong);
};

export const sendLocation = {
  method: 'post',
  path: '/accounts/:accountId/message/send/location',
  summary: 'Send a place; otherwise as message/send',
  params: accountParams,
  query: nothing,
  body: z.object(
    {
      to: jidField('to', PLACE),
      latitude: degrees('latitude', 90),
      longitude: degrees('longitude', 180),
      name: optionalText('name', 1_024),
      address: optionalText('address', 1_024),
      quotedMessageId,
    },
    NOT_AN_OBJECT,
  ),
  responses,
  errors: sendErrors(PLACE, 'latitude must be a number from -90 to 90'),
} as const satisfies Contract;

const NUMBER = 'phoneNumber must be a phone number, e.g. +4915112345678';
const LIST = 'contacts must be a list of 1 to 100 objects with name and phoneNumber';

const card = z.object(
  {
    name: requiredText(LIST, LIST).max(256, 'name must have 256 characters at most'),
    phoneNumber: requiredText(LIST, NUMBER)
      .refine((text) => text === '' || /^\+?\d{5,20}$/.test(text), NUMBER)
      .transform((text) => text.replace('+', '')),
  },
  LIST,
);

export const sendContact = {
  method: 'post',
  path: '/accounts/:accountId/message/send/contact',
  summary: 'Send contact cards; otherwise as message/send',
  params: accountParams,
  query: nothing,
  body: z.object(
    {
      to: jidField('to', CARDS),
      contacts: z
        .array(card, { error: ({ input }) => (input === undefined || input === null ? CARDS : LIST) })
        .min(1, LIST)
        .max(100, LIST),
      quotedMessageId,
    },
    NOT_AN_OBJECT,
  ),
  responses,
  errors: sendErrors(CARDS, LIST, NUMBER),
} as const satisfies Contract;

const OPTIONS = 'options must be a list of 2 to 12 different texts of 1 to 100 characters';
const SELECTABLE = 'selectableCount must be a whole number from 0 (any number of options) to their number';
const QUESTION = 'name must have 1 to 255 characters';

export const sendPoll = {
  method: 'post',
  path: '/accounts/:accountId/message/send/poll',
  summary: 'Send a poll; votes are counted in the message. selectableCount 0: any number of options',
  params: accountParams,
  query: nothing,
  body: z
    .object(
      {
        to: jidField('to', POLL),
        name: requiredText(POLL, QUESTION).max(255, QUESTION),
        options: z
          .array(z.string(OPTIONS).min(1, OPTIONS).max(100, OPTIONS), {
            error: ({ input }) => (input === undefined || input === null ? POLL : OPTIONS),
          })
          .min(2, OPTIONS)
          .max(12, OPTIONS)
          .refine((options) => new Set(options).size === options.length, OPTIONS),
        selectableCount: z.number(SELECTABLE).int(SELECTABLE).min(0, SELECTABLE).default(1),
        quotedMessageId,
      },
      NOT_AN_OBJECT,
    )
    .refine(({ options, selectableCount }) => selectableCount <= options.length, SELECTABLE),
  responses,
  errors: sendErrors(POLL, QUESTION, OPTIONS, SELECTABLE),
} as const satisfies Contract;
