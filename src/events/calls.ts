import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { address, unixSeconds } from './fields.ts';

const call = z.object({
  callId: z.string(),
  /** Where it rings: the caller's chat, or the group. */
  chat: address,
  from: address,
  isVideo: z.boolean(),
  isGroup: z.boolean(),
  timestamp: unixSeconds,
});

export const callEvents = {
  'call.offered': call,
  /** Taken on another device of this account. */
  'call.accepted': call,
  'call.rejected': call,
  'call.ended': call,
  'call.missed': call,
} as const;

export type CallEvent = EventsOf<typeof callEvents>;
