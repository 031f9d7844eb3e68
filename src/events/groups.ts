import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { address, count, unixSeconds } from './fields.ts';

/** What WhatsApp tells of a group. `waId`: id of its notification; `from`: who did it, as far as it says. */
const notice = z.object({
  waId: z.string(),
  chat: address,
  from: address,
  timestamp: unixSeconds,
});
const ofPeople = notice.extend({ people: z.array(address) });

export const groupEvents = {
  /** It was made, or this account came in. `disappearing`: its timer in seconds, 0 where it has none. */
  'group.created': notice.extend({ subject: z.string(), disappearing: count.optional() }),
  'group.participants_added': ofPeople,
  'group.participants_removed': ofPeople,
  'group.participants_left': ofPeople,
  'group.participants_promoted': ofPeople,
  'group.participants_demoted': ofPeople,
  /** The people's former addresses; who they are now, WhatsApp tells by their next message. */
  'group.number_changed': ofPeople,
  'group.subject_changed': notice.extend({ subject: z.string() }),
  /** null: taken away. */
  'group.description_changed': notice.extend({ description: z.string().nullable() }),
  /** One setting at a time: only admins write, only admins change it, who may add, who must be let in. */
  'group.settings_changed': notice.extend({
    setting: z.enum(['announce', 'locked', 'member_add_mode', 'join_approval']),
    value: z.string(),
  }),
  /** The code is no secret to members, but it lets anybody in: only that it changed is told. */
  'group.invite_changed': notice,
  'group.picture_changed': notice,
  /** What a member is called in this group beside the name, as he says; null: nothing any more. */
  'group.member_tagged': notice.extend({ fromMe: z.boolean(), tag: z.string().nullable() }),
  /** `state`: `created`, `revoked` or `rejected`. */
  'group.join_requested': ofPeople.extend({ state: z.string() }),
} as const;

export type GroupEvent = EventsOf<typeof groupEvents>;
