import { z } from 'zod';
import { choice, contact, location, quoted, selected } from '../../events/content-parts.ts';
import { CONTENT_TYPES } from '../../events/messages.ts';

/** A message as every read gives it. `timestamp` is in unix seconds, always a number; other times are ISO 8601. */
export const storedMessage = z.object({
  accountId: z.string(),
  messageId: z.string(),
  chatId: z.string(),
  from: z.string().nullable(),
  fromMe: z.boolean(),
  timestamp: z.number().describe('Unix seconds.'),
  type: z.enum(CONTENT_TYPES),
  text: z.string().nullable(),
  hasMedia: z.boolean(),
  mediaType: z.string().nullable(),
  mediaUrl: z.string().nullable(),
  mediaSize: z.number().nullable(),
  mediaMimetype: z.string().nullable(),
  mediaFileName: z.string().nullable(),
  caption: z.string().nullable(),
  mediaWidth: z.number().nullable(),
  mediaHeight: z.number().nullable(),
  quotedMessage: quoted.nullable(),
  mentions: z.array(z.string()).readonly(),
  isForwarded: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  status: z
    .enum(['queued', 'sent', 'delivered', 'read', 'played', 'failed', 'unknown'])
    .nullish()
    .describe("How far an own message got; null for others'."),
  error: z.string().nullish().describe('Why it failed.'),
  editedAt: z.iso.datetime().nullish(),
  edits: z
    .array(z.object({ text: z.string().nullable(), timestamp: z.number() }))
    .readonly()
    .optional()
    .describe('What it said before, oldest first: at first, and by the newest 16 edits but the last.'),
  deletedAt: z.iso.datetime().nullish(),
  deletedForMeAt: z.iso
    .datetime()
    .nullish()
    .describe("Deleted on the account's own devices alone; everybody else goes on seeing it."),
  pinned: z
    .object({ by: z.string(), at: z.iso.datetime(), until: z.iso.datetime().nullable() })
    .nullish()
    .describe('Pinned for everybody in the chat; after `until` it is shown there no more.'),
  starred: z.boolean().optional(),
  reactions: z
    .array(z.object({ from: z.string(), emoji: z.string(), timestamp: z.number() }))
    .readonly()
    .optional(),
  receipts: z
    .array(
      z.object({
        jid: z.string(),
        deliveredAt: z.iso.datetime().nullable(),
        readAt: z.iso.datetime().nullable(),
      }),
    )
    .readonly()
    .optional(),
  lid: z.string().nullish(),
  location: location.nullish(),
  contacts: z.array(contact).readonly().optional(),
  poll: z
    .object({
      selectable: z.number(),
      options: z
        .array(z.object({ name: z.string(), votes: z.number(), voters: z.array(z.string()).readonly() }))
        .readonly(),
    })
    .nullish()
    .describe(
      'Of a poll (`text` is its question): who has picked what by now; `selectable` 0 means any number of options.',
    ),
  choices: z
    .array(choice)
    .readonly()
    .optional()
    .describe(
      'What a business lets one tap, buttons or rows of a list; `url` is what it opens or (`tel:`) calls.',
    ),
  selected: selected
    .nullish()
    .describe(
      'Of an answer to it: what was tapped, by the id that it has there; `params` is what a form brought, as JSON.',
    ),
  notice: z
    .object({
      kind: z
        .string()
        .describe('e.g. `group.participants_added`, `group.subject_changed`, `chat.disappearing_changed`.'),
      people: z.array(z.string()).readonly(),
      setting: z.string().nullable(),
      value: z.string().nullable(),
    })
    .nullish()
    .describe('Of a line that nobody wrote (type `system`): what happened, to whom, and what it is now.'),
  viewOnce: z.boolean().optional(),
  expiresIn: z.number().nullish().describe('Seconds after which it disappears.'),
});
export type ShownMessage = z.input<typeof storedMessage>;
