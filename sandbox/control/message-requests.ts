import { z } from 'zod';
import { addressing, chat, phoneNumber } from './requests.ts';

const messageId = z.string().min(1).max(64);
const words = z.string().min(1).max(65_536);
const option = z.string().min(1).max(100);
/** Seconds: WhatsApp knows a day, a week and 90 days; here anything goes. */
const expiration = z.number().int().min(0).max(7_776_000);

const file = z.strictObject({
  kind: z.enum(['image', 'video', 'voice', 'audio', 'document', 'sticker']),
  mimetype: z.string().min(3).max(100).optional(),
  caption: words.optional(),
  fileName: z.string().min(1).max(255).optional(),
  seconds: z.coerce.number().int().min(0).max(86_400).optional(),
  /** Videos only: plays by itself, in a loop. */
  gif: z.boolean().optional(),
});

/** What can be said about a message, whatever it is. */
const manner = {
  to: chat,
  /** Id of a message this phone shows. */
  quoted: messageId.optional(),
  mentions: z.array(phoneNumber).max(256).optional(),
  forwarded: z.boolean().optional(),
  viewOnce: z.boolean().optional(),
  /** Seconds until this message disappears; as the chat is set without. */
  expiration: expiration.optional(),
  addressing: addressing.optional(),
  /** Whom a status is for. */
  audience: z.array(phoneNumber).max(1024).optional(),
  id: messageId.optional(),
};

const contents = {
  text: words.optional(),
  /** `data` is the file in base64. */
  media: file.extend({ data: z.base64().transform((data) => Buffer.from(data, 'base64')) }).optional(),
  location: z
    .strictObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      name: words.optional(),
      address: words.optional(),
    })
    .optional(),
  contacts: z
    .array(z.strictObject({ name: option, number: phoneNumber }))
    .min(1)
    .max(250)
    .optional(),
  poll: z
    .strictObject({
      name: words,
      options: z.array(option).min(2).max(12),
      /** How many options one may pick; 0 = any number. */
      selectable: z.number().int().min(0).max(12).default(1),
    })
    .optional(),
  /** Id of a shown message to pass on. */
  forward: messageId.optional(),
  /** Seconds after which messages of this chat disappear from now on; 0 ends it. */
  disappearing: expiration.optional(),
  /** An empty text takes the reaction back. */
  reaction: z.strictObject({ message: messageId, text: z.string().max(32) }).optional(),
  edit: z.strictObject({ message: messageId, text: words }).optional(),
  /** Id of an own message to delete for everyone. */
  delete: messageId.optional(),
  /** For so many seconds: WhatsApp knows a day, a week and 30 days; 0 takes the pin off. */
  pin: z.strictObject({ message: messageId, seconds: expiration.default(604_800) }).optional(),
  /** Any other kind, as the base64 of a `proto.Message`: sent as it is, shown on no phone that can't read it. */
  proto: z.base64().min(4).optional(),
  /** Names of options; none takes the vote back. */
  vote: z.strictObject({ message: messageId, options: z.array(option).max(12) }).optional(),
};
const KINDS = Object.keys(contents);

/** Exactly one of the contents, in a manner. */
export const newMessage = z
  .strictObject({ ...manner, ...contents })
  .refine((message) => KINDS.filter((kind) => kind in message).length === 1, {
    error: `exactly one of ${KINDS.join(', ')}`,
    path: ['text'],
  });
export type NewMessage = z.output<typeof newMessage>;
/** As a caller writes it: what has a default may be left out. */
export type NewMessageInput = z.input<typeof newMessage>;

/** A message with a file whose bytes are the body: everything else is in the query. */
export const newFileMessage = file.extend({
  to: chat,
  quoted: messageId.optional(),
  expiration: z.coerce.number().pipe(expiration).optional(),
  forwarded: z.stringbool().optional(),
  viewOnce: z.stringbool().optional(),
  gif: z.stringbool().optional(),
  addressing: addressing.optional(),
  id: messageId.optional(),
});
