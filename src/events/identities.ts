import { z } from 'zod';
import type { EventsOf } from './event.ts';

export const identityEvents = {
  /** WhatsApp told that this LID and this phone number are one person. Both are normal JIDs. */
  'identity.linked': z.object({ lid: z.string(), pn: z.string() }),
} as const;

export type IdentityEvent = EventsOf<typeof identityEvents>;
