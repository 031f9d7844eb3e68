import { z } from 'zod';
import type { DisplayedMessage } from '../server/shown.ts';

export const messageView = z.object({
  sequence: z.number(),
  id: z.string(),
  chat: z.string(),
  from: z.string(),
  fromMe: z.boolean(),
  at: z.number(),
  kind: z.enum([
    'text',
    'image',
    'video',
    'voice',
    'audio',
    'document',
    'sticker',
    'location',
    'contacts',
    'poll',
    'deleted',
    'disappearing',
    'notice',
  ]),
  /** Text, caption, or what stands for it in a list of chats. */
  text: z.string(),
  quoted: z.object({ id: z.string(), text: z.string() }).optional(),
  mentions: z.array(z.string()),
  reactions: z.array(z.object({ from: z.string(), text: z.string() })),
  edited: z.boolean(),
  /** By whom, and until when (milliseconds since 1970). */
  pinned: z.object({ by: z.string(), until: z.number() }).optional(),
  forwarded: z.boolean(),
  viewOnce: z.boolean(),
  /** Seconds until it disappears; of a `disappearing` line the new setting. */
  expiration: z.number().optional(),
  location: z
    .object({
      latitude: z.number(),
      longitude: z.number(),
      name: z.string().optional(),
      address: z.string().optional(),
    })
    .optional(),
  contacts: z.array(z.object({ name: z.string(), vcard: z.string() })).optional(),
  poll: z
    .object({
      name: z.string(),
      selectable: z.number(),
      options: z.array(z.object({ name: z.string(), voters: z.array(z.string()) })),
    })
    .optional(),
  media: z
    .object({
      mimetype: z.string(),
      /** Bytes. */
      length: z.number(),
      /** Hex, of the plain file. */
      sha256: z.string(),
      fileName: z.string().optional(),
      seconds: z.number().optional(),
      width: z.number().optional(),
      height: z.number().optional(),
      /** Why the phone could not download it, or what is wrong with it. */
      error: z.string().optional(),
    })
    .optional(),
  status: z.enum(['sent', 'delivered', 'read', 'played']).optional(),
  /** Own messages in groups: who got, read or played them, by number. */
  receipts: z.record(z.string(), z.enum(['delivered', 'read', 'played'])).optional(),
});
export type MessageView = z.infer<typeof messageView>;

const showMedia = ({
  key: _key,
  encSha256: _enc,
  path: _path,
  ...media
}: NonNullable<DisplayedMessage['media']>) => ({
  ...media,
  sha256: media.sha256.toString('hex'),
});

/** A message as a caller is told of it: without keys. */
export const showMessage = ({ content: _content, media, ...message }: DisplayedMessage) => ({
  ...message,
  ...(media && { media: showMedia(media) }),
});
