import { z } from 'zod';
import type { NewMessageInput } from '../control/message-requests.ts';
import { type MessageView, messageView } from '../control/message-views.ts';
import type { ChangePhoneInput } from '../control/requests.ts';
import { type FrameView, frameView, type PhoneView, phoneView } from '../control/views.ts';
import { type Call, type Raw, waitFor } from './call.ts';
import { type ProfileCalls, profileCalls } from './profile.ts';
import { type SocialCalls, socialCalls } from './social.ts';

export type MessageOptions = Pick<
  NewMessageInput,
  'quoted' | 'mentions' | 'addressing' | 'audience' | 'forwarded' | 'viewOnce' | 'expiration' | 'id'
>;

/** A file to send; `data` are its bytes. */
export interface FileToSend extends Omit<MessageOptions, 'mentions'> {
  readonly kind: 'image' | 'video' | 'voice' | 'audio' | 'document' | 'sticker';
  readonly data: Buffer;
  readonly mimetype?: string;
  readonly caption?: string;
  readonly fileName?: string;
  readonly seconds?: number;
  readonly gif?: boolean;
}

/** A simulated phone. Waits look at what is there already, too, and throw after `limit` ms (30,000). */
export interface PhoneHandle extends SocialCalls, ProfileCalls {
  readonly number: string;
  readonly show: () => Promise<PhoneView>;
  readonly set: (behaviour: ChangePhoneInput) => Promise<PhoneView>;
  /** Links the client that shows this QR string. */
  readonly scan: (qr: string) => Promise<{ readonly device: number; readonly jid: string }>;
  /** Links the client that shows this 8-digit code (`requestPairingCode`). */
  readonly enterCode: (code: string) => Promise<{ readonly device: number; readonly jid: string }>;
  /** New keys, no sessions, no companions: what setting up the app anew does. */
  readonly reinstall: () => Promise<PhoneView>;
  /** Unlinks a companion from the phone. */
  readonly unlink: (device: number) => Promise<void>;
  /** Sends a text to a number or a group's jid; gives its id. */
  readonly send: (to: string, text: string, options?: MessageOptions) => Promise<string>;
  /** Sends anything else (`{location: …}`, `{reaction: {message, text}}`, `{edit: …}`, …); gives its id. */
  readonly post: (to: string, message: Omit<NewMessageInput, 'to'>) => Promise<string>;
  /** Sends a file; gives the message's id. */
  readonly sendFile: (to: string, file: FileToSend) => Promise<string>;
  /** The bytes of the file in a message the phone shows, downloaded and verified. */
  readonly file: (messageId: string) => Promise<Buffer>;
  /** Plays a voice note, and says so to its sender. */
  readonly play: (messageId: string) => Promise<void>;
  /** What the phone shows: each id once. */
  readonly displayed: (after?: number) => Promise<MessageView[]>;
  /** Every message stanza that reached it: repeats and undecryptable ones, too. */
  readonly frames: (after?: number) => Promise<FrameView[]>;
  readonly waitForMessage: (test: (message: MessageView) => boolean, limit?: number) => Promise<MessageView>;
  readonly waitForFrame: (test: (frame: FrameView) => boolean, limit?: number) => Promise<FrameView>;
}

const linked = z.object({ device: z.number(), jid: z.string() });
const sent = z.object({ id: z.string() });

const queryOf = (fields: Record<string, unknown>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value));
  return query.toString();
};

/** A phone by its number; nothing is asked. */
export const phoneHandle = (call: Call, raw: Raw, number: string): PhoneHandle => {
  const path = `/phones/${number}`;
  const list = (what: string, after: number, wait: number) => `${path}/${what}?after=${after}&wait=${wait}`;
  const messages = async (after = 0, wait = 0) =>
    (await call(z.object({ messages: z.array(messageView) }), 'GET', list('messages', after, wait))).messages;
  const frames = async (after = 0, wait = 0) =>
    (await call(z.object({ frames: z.array(frameView) }), 'GET', list('frames', after, wait))).frames;
  const post: PhoneHandle['post'] = async (to, message) =>
    (await call(sent, 'POST', `${path}/messages`, { to, ...message })).id;
  return {
    ...socialCalls(call, path),
    ...profileCalls(call, raw, path),
    number,
    show: () => call(phoneView, 'GET', path),
    set: (behaviour) => call(phoneView, 'PATCH', path, behaviour),
    scan: (qr) => call(linked, 'POST', `${path}/scan`, { qr }),
    enterCode: (code) => call(linked, 'POST', `${path}/code`, { code }),
    reinstall: () => call(phoneView, 'POST', `${path}/reinstall`),
    unlink: (device) => call(z.undefined(), 'DELETE', `${path}/companions/${device}`),
    send: (to, text, options) => post(to, { text, ...options }),
    post,
    sendFile: async (to, { data, ...file }) => {
      const answer = await raw('POST', `${path}/media?${queryOf({ to, ...file })}`, data);
      return sent.parse(JSON.parse(answer.toString())).id;
    },
    file: (id) => raw('GET', `${path}/messages/${id}/media`),
    play: (id) => call(z.undefined(), 'POST', `${path}/messages/${id}/play`),
    displayed: (after) => messages(after),
    frames: (after) => frames(after),
    waitForMessage: (test, limit) => waitFor(messages, test, limit),
    waitForFrame: (test, limit) => waitFor(frames, test, limit),
  };
};
