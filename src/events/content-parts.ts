import { z } from 'zod';
import { address, count } from './fields.ts';

/** Which message another one is about: WhatsApp ids are chosen by senders, so chat and author belong to it. */
export const target = z.object({ waId: z.string(), fromMe: z.boolean(), author: address });

/** Of the message that another one answers. */
export const quoted = z.object({
  messageId: z.string(),
  participant: z.string().nullable(),
  text: z.string().nullable(),
  hasMedia: z.boolean(),
});

/** A place, in degrees. */
export const location = z.object({
  latitude: z.number(),
  longitude: z.number(),
  name: z.string().optional(),
  address: z.string().optional(),
});

/** A contact card. */
export const contact = z.object({ name: z.string(), vcard: z.string() });

/** A poll but for its question. */
export const poll = z.object({
  options: z.array(z.string()),
  /** How many options one may pick; 0 = any number. */
  selectable: count,
});

/** A button or a row of a list that one may tap. `id` comes back then; `url` is what it opens or (`tel:`) calls. */
export const choice = z.object({ text: z.string(), id: z.string().optional(), url: z.string().optional() });

/** What was tapped, by the id that its sender gave it (the text says what it reads); `params`: a form's JSON. */
export const selected = z.object({ id: z.string().nullable(), params: z.string().optional() });
