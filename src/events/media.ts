import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { address, count } from './fields.ts';
import { media } from './messages.ts';

/** The message that a file belongs to: WhatsApp ids are chosen by senders, so chat and author belong to it. */
const ofMessage = z.object({
  waId: z.string(),
  chat: address,
  from: address,
  fromMe: z.boolean(),
});

export const mediaEvents = {
  /** Somebody asked for the file of an imported message, which is not fetched by itself; `raw` is that message. */
  'media.requested': ofMessage.extend({ media }),
  /** The file of a message was fetched and is kept: one copy per account and content. */
  'media.stored': ofMessage.extend({
    /** Id of the kept file (24 hex digits). */
    fileId: z.string(),
    /** Of the plain bytes, in hex. */
    sha256: z.string(),
    length: count,
    mimetype: z.string(),
  }),
  /** One try to fetch it failed; `final`: there will be no other one. */
  'media.failed': ofMessage.extend({
    attempt: z.number().int().positive(),
    reason: z.string(),
    final: z.boolean(),
  }),
} as const;

export type MediaEvent = EventsOf<typeof mediaEvents>;
