import { z } from 'zod';
import { address, unixSeconds } from './fields.ts';
import { keyOf } from './ids.ts';

/**
 * What passes and is not kept: that somebody is there, or writes. It is told to whoever listens on NATS at that moment
 * and is in no log.
 */
export const liveSignal = z.object({
  /** `presence`: there or not. `typing`: what somebody does in a chat. */
  type: z.enum(['presence', 'typing']),
  account: z.string(),
  at: z.iso.datetime(),
  chat: address,
  from: address,
  state: z.enum(['available', 'unavailable', 'composing', 'recording', 'paused']),
  /** Unix seconds; where somebody is away and lets it be seen. */
  lastSeen: unixSeconds.optional(),
});
export type LiveSignal = z.infer<typeof liveSignal>;

/** `wildcat-live.{account}.{type}.{chat}`: outside `wildcat.>`, which is the log's. */
export const liveSubject = ({ account, type, chat }: LiveSignal): string =>
  `wildcat-live.${account}.${type}.${keyOf(chat.jid)}`;
