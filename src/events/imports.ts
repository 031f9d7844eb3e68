import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { address, count, unixSeconds } from './fields.ts';
import { incoming } from './messages.ts';

/** Which part of its history a phone hands over, as WhatsApp calls it. */
export const HISTORY_KINDS = [
  'initial_bootstrap',
  'recent',
  'full',
  'on_demand',
  'push_name',
  'non_blocking_data',
] as const;

const reaction = z.object({
  from: address,
  fromMe: z.boolean(),
  emoji: z.string(),
  timestamp: unixSeconds,
});

/** What the phone remembers from before the account was linked (or asked). It is old: nobody is told of it as news. */
export const importEvents = {
  /** As it stood when the phone handed it over: edits are in it already. */
  'message.imported': incoming.extend({
    fromMe: z.boolean(),
    /** Of an own message: how far it had got. */
    status: z.enum(['sent', 'delivered', 'read', 'played']).optional(),
    reactions: z.array(reaction).optional(),
    /** It had been deleted for everyone. */
    revoked: z.boolean().optional(),
    starred: z.boolean().optional(),
  }),
  /** `part` names the part of the history that it came in. */
  'chat.imported': z.object({
    chat: address,
    part: z.string(),
    name: z.string().optional(),
    /** Only in the first part, which is told while nothing newer is known. */
    unread: count.optional(),
    markedUnread: z.boolean().optional(),
    archived: z.boolean().optional(),
    /** unix seconds */
    pinnedAt: unixSeconds.optional(),
    /** unix milliseconds, -1 for ever */
    mutedUntil: z.number().optional(),
    /** Seconds after which messages disappear; 0: the phone knows of no timer. */
    disappearing: count.optional(),
    /** The phone has nothing older than what it hands over here. */
    complete: z.boolean().optional(),
  }),
  /** All that a part of the history held is in the log. `progress` in percent, as the phone counts it for this kind. */
  'history.part_imported': z.object({
    part: z.string(),
    kind: z.enum(HISTORY_KINDS),
    progress: count.nullable(),
    chats: count,
    messages: count,
  }),
} as const;

export type ImportEvent = EventsOf<typeof importEvents>;
