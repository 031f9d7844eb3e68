import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { address, count, unixSeconds } from './fields.ts';

const ofChat = z.object({ chat: address });

/** What a person has set for a chat on the phone or on another companion, and what was set from here. */
export const chatEvents = {
  'chat.archived': ofChat,
  'chat.unarchived': ofChat,
  'chat.pinned': ofChat.extend({ at: unixSeconds }),
  'chat.unpinned': ofChat,
  /** `until`: unix milliseconds, -1 for ever. */
  'chat.muted': ofChat.extend({ until: z.number() }),
  'chat.unmuted': ofChat,
  'chat.marked_read': ofChat,
  'chat.marked_unread': ofChat,
  /** Messages of this chat disappear after so many seconds from now on; 0: not any more. */
  'chat.disappearing_changed': ofChat.extend({
    waId: z.string(),
    fromMe: z.boolean(),
    from: address,
    timestamp: unixSeconds,
    seconds: count,
  }),
} as const;

export type ChatEvent = EventsOf<typeof chatEvents>;
