import { z } from 'zod';
import type { EventsOf } from './event.ts';
import { address, count } from './fields.ts';

const ofLabel = z.object({ labelId: z.string() });
/** A chat, or with `messageId` one message of it. */
const attachment = ofLabel.extend({ chat: address, messageId: z.string().optional() });

/** What WhatsApp Business sticks on chats and messages. */
export const labelEvents = {
  /** `color`: its number in WhatsApp's palette. */
  'label.saved': ofLabel.extend({ name: z.string(), color: count }),
  'label.deleted': ofLabel,
  'label.attached': attachment,
  'label.detached': attachment,
} as const;

export type LabelEvent = EventsOf<typeof labelEvents>;
