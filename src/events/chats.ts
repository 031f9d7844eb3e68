import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { address, count, unixSeconds } from './fields.ts';

const ofChat = z.object({ chat: address });
/** `at`: when it was done. What was said until `upTo` is meant, what came or comes later is not. */
const gone = ofChat.extend({ at: unixSeconds, upTo: unixSeconds });

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
  /** Behind the phone's lock; its messages come as ever. */
  'chat.locked': ofChat,
  'chat.unlocked': ofChat,
  /** From this account's devices, with its messages. Nobody else is told, and the log keeps them. */
  'chat.deleted': gone,
  /** The same of its messages alone; of some, those that are starred stay. */
  'chat.cleared': gone.extend({ keepsStarred: z.boolean() }),
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
