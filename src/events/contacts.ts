import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { address, unixSeconds } from './fields.ts';

/** `chat` is the person: the chat that one has with them. */
const ofPerson = z.object({ chat: address });

export const contactEvents = {
  /** As the address book of the phone has it. */
  'contact.saved': ofPerson.extend({ name: z.string() }),
  /** As they call themselves. */
  'contact.renamed': ofPerson.extend({ pushName: z.string() }),
  /** A new picture, to be asked for when it is wanted. `pictureId`: WhatsApp's, where it says. */
  'contact.picture_changed': ofPerson.extend({ pictureId: z.string().optional(), timestamp: unixSeconds }),
  'contact.picture_removed': ofPerson.extend({ timestamp: unixSeconds }),
  'contact.blocked': ofPerson,
  'contact.unblocked': ofPerson,
} as const;

export type ContactEvent = EventsOf<typeof contactEvents>;
