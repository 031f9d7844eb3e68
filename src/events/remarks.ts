import { z } from 'zod';
import { target } from './content-parts.ts';
import type { EventsOf } from './event.ts';
import { address, count, unixSeconds } from './fields.ts';
import { content } from './messages.ts';

const aboutAnother = z.object({
  waId: z.string(),
  fromMe: z.boolean(),
  chat: address,
  from: address,
  timestamp: unixSeconds,
  target,
});

/** Of a pin. `declared`: see `message.pinned`. */
const pin = aboutAnother.extend({ declared: z.boolean().optional() });

/** What a person marks for nobody but themselves. A group's author whom WhatsApp did not name has the JID "". */
const mark = z.object({ chat: address, at: unixSeconds, target });

/** What is said about another message, or noted of it. */
export const remarkEvents = {
  'message.edited': aboutAnother.extend({ content }),
  /**
   * In a group also of others' messages, which only admins may: `byAdmin` tells whether WhatsApp let it through as an
   * admin's. Whose own it is not, and `byAdmin` false, is to be ignored. Older events do not say.
   */
  'message.revoked': aboutAnother.extend({ byAdmin: z.boolean().optional() }),
  /** `emoji` "" takes the reaction back. */
  'message.reacted': aboutAnother.extend({ emoji: z.string() }),
  /**
   * For everybody in the chat, and for so many `seconds` where it says so. In a group WhatsApp may keep that to admins,
   * for which it has to know: what was not `declared` as a pin is to be ignored. Missing where that is not known.
   */
  'message.pinned': pin.extend({ seconds: count.optional() }),
  'message.unpinned': pin,
  /** Set on the phone, on another companion or here. */
  'message.starred': mark,
  'message.unstarred': mark,
  /** Gone from the account's own devices: everybody else goes on seeing it. */
  'message.deleted_for_me': mark,
  /** What somebody has picked by now, as sha256 (hex) of the options' names: none takes the vote back. */
  'poll.vote_cast': aboutAnother.extend({ options: z.array(z.string()) }),
} as const;

export type RemarkEvent = EventsOf<typeof remarkEvents>;
