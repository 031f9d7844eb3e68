import { z } from 'zod';
import { choice, contact, location, poll, quoted, selected, target } from './content-parts.ts';
import { blobRef, type EventsOf } from './event.ts';
import { address, count, unixSeconds } from './fields.ts';

/** Kinds of content that a reader can tell apart; `unknown` is kept whole in `raw`. */
export const CONTENT_TYPES = [
  'text',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'location',
  'contact',
  'poll',
  'poll_vote',
  'event',
  'call',
  'system',
  'unknown',
] as const;

export const media = z.object({
  mimetype: z.string().optional(),
  size: z.number().optional(),
  fileName: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  seconds: z.number().optional(),
  sha256: z.string().optional(),
  /** Of what this account sends: the kept file (24 hex digits) that holds it. */
  fileId: z.string().optional(),
  /** A voice note, and its loudness: base64 of 64 bytes from 0 to 100. */
  ptt: z.boolean().optional(),
  waveform: z.string().optional(),
  gifPlayback: z.boolean().optional(),
  /** A small JPEG in base64. */
  thumbnail: z.string().optional(),
});
/** What a message says, in stable fields; `raw` beside it holds the rest. */
export const content = z.object({
  type: z.enum(CONTENT_TYPES),
  text: z.string().nullable(),
  caption: z.string().optional(),
  mentions: z.array(z.string()).optional(),
  quoted: quoted.optional(),
  media: media.optional(),
  location: location.optional(),
  contacts: z.array(contact).optional(),
  /** `text` is the question. */
  poll: poll.optional(),
  /** Of a message of a business that lets one choose, and of the answer to it. */
  choices: z.array(choice).optional(),
  selected: selected.optional(),
  isForwarded: z.boolean().optional(),
  viewOnce: z.boolean().optional(),
  /** Seconds after which the chat lets it disappear. */
  expiresIn: z.number().int().optional(),
});
export type Content = z.infer<typeof content>;

/** A message that somebody wrote. */
export const incoming = z.object({
  waId: z.string(),
  chat: address,
  /** Who wrote it: in a group the participant, in a 1:1 chat the other person (or me, for sent_elsewhere). */
  from: address,
  pushName: z.string().optional(),
  timestamp: unixSeconds,
  content,
});

/**
 * A send that is about another message instead of being one. An edit's new text is the request's `content`, which
 * says nothing for the others (`system`). `participant`: the author as that group's own keys name him.
 */
const remark = z.object({
  kind: z.enum(['edit', 'revoke', 'react', 'pin']),
  target,
  participant: z.string().optional(),
  /** Of a reaction; "" takes it back. */
  emoji: z.string().optional(),
  /** Of a pin: for how long; 0 takes it off. */
  seconds: count.optional(),
});

/** Every send event names the chat, so that it lands on the chat's subject. */
const ofSend = z.object({ waId: z.string(), chat: address });

export const messageEvents = {
  'message.received': incoming,
  /** Written by this account on its phone or on another companion. */
  'message.sent_elsewhere': incoming,
  'message.undecryptable': z.object({
    waId: z.string(),
    chat: address,
    from: address,
    timestamp: unixSeconds,
    /** Written by this account elsewhere; older events do not say so. */
    fromMe: z.boolean().optional(),
    reason: z.string(),
    retry: z.number().int(),
  }),
  /** With a `raw` it passes that message on. */
  'message.send_requested': z.object({
    waId: z.string(),
    chat: address,
    /** Where the frame goes: the JID that was asked for, or the one the person last wrote from. */
    to: z.string(),
    /** Me, as far as known when it was asked for. */
    from: address.nullable(),
    timestamp: unixSeconds,
    content,
    /** Author of the quoted message, and its base64 proto.WebMessageInfo (or the blob with it) where the view has it. */
    quotedKey: z
      .object({
        participant: z.string(),
        fromMe: z.boolean(),
        raw: z.string().optional(),
        rawRef: blobRef.optional(),
      })
      .optional(),
    remark: remark.optional(),
    /** Says nothing (`system`), but that the chat's messages disappear after so many seconds from now on; 0: not any more. */
    timer: count.optional(),
    /** base64, 32 bytes: what the votes of this poll are encrypted with. Content, as `raw` is. */
    pollSecret: z.string().optional(),
    /** sha256 (hex) of the request, to tell a repeat from a new wish under one Idempotency-Key. */
    bodyHash: z.string(),
  }),
  /** A frame is about to leave: from here on the outcome is unknown until one of the next three. */
  'message.send_attempted': ofSend.extend({ attempt: z.number().int().positive() }),
  /** `evidence`: the server's ack, or a receipt that only a sent message can get. */
  'message.sent': ofSend.extend({ timestamp: unixSeconds, evidence: z.enum(['ack', 'receipt']) }),
  'message.send_failed': ofSend.extend({
    code: z.number().int().nullable(),
    reason: z.string(),
    /** `upload`: WhatsApp's media hosts did not take its file. */
    phase: z.enum(['prepare', 'upload', 'server', 'expired']),
  }),
  'message.send_unknown': ofSend.extend({ attempts: z.number().int() }),
  /** For 1:1 chats and own messages; `at` is the time of the receipt. */
  'message.status_changed': ofSend.extend({
    status: z.enum(['sent', 'delivered', 'read', 'played']),
    at: unixSeconds,
  }),
  /** Somebody of a group (or of a status' audience) has got or read an own message. */
  'message.receipt_received': ofSend.extend({
    by: address,
    status: z.enum(['delivered', 'read']),
    at: unixSeconds,
  }),
  /** A notice of WhatsApp that has no event of its own; `notice` is Baileys' name of its kind. */
  'message.system': z.object({
    waId: z.string(),
    chat: address,
    from: address,
    timestamp: unixSeconds,
    notice: z.string(),
    parameters: z.array(z.string()),
  }),
} as const;

export type MessageEvent = EventsOf<typeof messageEvents>;
export type SendRequest = Extract<MessageEvent, { type: 'message.send_requested' }>['data'];
