import { z } from 'zod';
import type { EventsOf } from './event.ts';

const nothing = z.object({});
const code = z.number().int().nullable();

/** What can happen to an account. `*_requested`, `created` and `deleted` are decisions, the rest facts of its owner. */
export const accountEvents = {
  'account.created': z.object({ name: z.string(), collectionName: z.string() }),
  'account.connect_requested': nothing,
  'account.disconnect_requested': nothing,
  'account.logout_requested': nothing,
  /** The tombstone: everything of this generation is erased, up to here and what still comes; the event itself stays. */
  'account.deleted': z.object({ collectionName: z.string() }),
  /** The erasure that the tombstone asked for is complete. */
  'account.erased': nothing,
  /** The n-th QR code of this connection is shown; its text is never logged. */
  'account.qr_issued': z.object({ n: z.number().int().positive(), expiresAt: z.iso.datetime() }),
  'account.paired': z.object({ me: z.string(), lid: z.string().optional(), platform: z.string().optional() }),
  /** WhatsApp asked for a new socket, as it does after pairing (515). */
  'account.restarting': z.object({ code }),
  'account.connected': z.object({ me: z.string(), lid: z.string().optional(), name: z.string().optional() }),
  /** The socket is gone; `retryAt` says when the next one is tried, null when a person or another owner has to act. */
  'account.disconnected': z.object({ code, reason: z.string(), retryAt: z.iso.datetime().nullable() }),
  'account.pairing_expired': nothing,
  /** Another socket took these keys over (440): two at once would fight for ever, so we stop. */
  'account.replaced': z.object({ code }),
  'account.blocked': z.object({ code, until: z.iso.datetime().optional() }),
  /** WhatsApp refuses this client's version (405, 409). */
  'account.outdated': z.object({ code }),
  /** Unlinked, by us or on the phone. Keys are erased, the log stays. */
  'account.logged_out': z.object({ code, reason: z.string().optional() }),
  /** WhatsApp lets it write to nobody new for a while; the chats that there are go on. `reason`: WhatsApp's own word. */
  'account.send_restricted': z.object({
    reason: z.string().optional(),
    until: z.iso.datetime().optional(),
  }),
  /** It may write to new people, as far as WhatsApp is concerned. */
  'account.send_unrestricted': nothing,
  /** How many new chats it may begin until then, and has begun, as far as WhatsApp says; `status` is its own word. */
  'account.quota_changed': z.object({
    total: z.number().int().optional(),
    used: z.number().int().optional(),
    status: z.string().optional(),
    until: z.iso.datetime().optional(),
  }),
  /** How it calls itself towards others, and what it says of itself; what is not named stays. */
  'account.profile_changed': z.object({ name: z.string().optional(), about: z.string().optional() }),
} as const;

export type AccountEvent = EventsOf<typeof accountEvents>;

/** Facts that tell the connection's state: those of an older epoch come from a zombie and are ignored by folds. */
export const isStaleFact = (event: { epoch?: number | undefined }, epoch: number): boolean =>
  event.epoch !== undefined && event.epoch < epoch;
