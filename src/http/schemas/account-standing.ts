import { z } from 'zod';

/** What WhatsApp has last said of an account itself. */
export const standing = {
  profileName: z.string().nullable().describe('How it calls itself towards others, once it is known.'),
  quota: z
    .object({
      total: z.number().nullable(),
      used: z.number().nullable(),
      status: z.string().nullable().describe("WhatsApp's own word, e.g. `FIRST_WARNING` or `CAPPED`."),
      until: z.iso.datetime().nullable(),
    })
    .nullable()
    .describe(
      'How many new chats it may begin until then, as WhatsApp told last; null while it told nothing.',
    ),
  restriction: z
    .object({
      since: z.iso.datetime().describe('When it was first told.'),
      until: z.iso.datetime().nullable().describe('null: WhatsApp names no end.'),
      reason: z.string().nullable().describe("WhatsApp's own word for it, where it has one."),
    })
    .nullable()
    .describe(
      'WhatsApp lets the account write to nobody new; the chats that there are go on. Each further attempt may make it longer.',
    ),
};
