import { messageIdentity } from '../events/dedupe.ts';
import type { BlobRef } from '../events/event.ts';
import { type Address, isPersonKey } from '../events/ids.ts';
import type { Content, SendRequest } from '../events/messages.ts';
import type { Stored } from '../ports/view-store.ts';
import { addressKeys } from './addresses.ts';
import type { Reaction, Receipt, Vote } from './message-people.ts';
import type { Notice } from './notices.ts';

/**
 * How far an own message got, worst first. What is known only ever moves to the right: an ack or a receipt proves
 * that it went, whatever was believed before.
 */
const SEND_STATUSES = ['queued', 'unknown', 'failed', 'sent', 'delivered', 'read', 'played'] as const;
export type SendStatus = (typeof SEND_STATUSES)[number];

/** `id` is that of the message that carried the edit, so that a doubled one is known. Oldest first, unix seconds. */
export type Edit = Readonly<{ id: string; timestamp: number; content: Content }>;

/**
 * Who pinned it last or took the pin off (`on` false), by the message `id` that said so. `timestamp` and `until` are
 * unix seconds; without `until` nobody said for how long.
 */
export type Pin = Readonly<{
  id: string;
  on: boolean;
  from: Address;
  fromMe: boolean;
  timestamp: number;
  until?: number;
}>;

/** Something that was said about another message, by whomever. */
export type Said = Readonly<{
  account: string;
  kind: 'edit' | 'revoke' | 'react' | 'vote' | 'pin';
  /** Of the message that said it. */
  waId: string;
  chat: Address;
  from: Address;
  fromMe: boolean;
  /** unix seconds */
  timestamp: number;
  target: NonNullable<SendRequest['remark']>['target'];
  content?: Content;
  emoji?: string | undefined;
  /** Of a deletion in a group: whether WhatsApp let it through as an admin's; missing where it is not known. */
  byAdmin?: boolean | undefined;
  /** Of a pin: for how long, 0 takes it off; and in a group whether WhatsApp knew it for one. Either may be missing. */
  seconds?: number | undefined;
  declared?: boolean | undefined;
  /** Hashes of a poll's options. */
  options?: readonly string[];
}>;

/** What was learnt about a message beside its content, in whatever order. */
type Notes = Readonly<{
  status?: SendStatus;
  /** Why it failed. */
  error?: string;
  deliveredAt?: number;
  readAt?: number;
  edits?: readonly Edit[];
  reactions?: readonly Reaction[];
  votes?: readonly Vote[];
  receipts?: readonly Receipt[];
  /** Of an own send that is about another message: what it does to that one once it is sent. */
  remark?: Said;
  /** unix seconds of the revocation. */
  revokedAt?: number;
  pin?: Pin;
  starred?: boolean;
  /** Position of the event that told so. */
  starredSeq?: number;
  /** unix seconds */
  deletedForMeAt?: number;
}>;

type Body = Readonly<{
  account: string;
  waId: string;
  /** Key of the chat under the address it came by; never rewritten when another address turns out to be the same person. */
  chat: string;
  chatAddress: Address;
  from: Address | null;
  fromMe: boolean;
  /** unix seconds */
  timestamp: number;
  /** Position of the event that first told of it: order within a second. */
  seq: number;
  content: Content;
  pushName?: string | undefined;
  /** What a line says that nobody wrote. */
  notice?: Notice;
  /** Of an own send that sets the chat's: seconds after which messages disappear, as soon as it is sent. */
  timer?: number;
  /** Why it can't be read yet: a placeholder until the real one comes. */
  undecryptable?: string;
  raw?: string | undefined;
  rawRef?: BlobRef | undefined;
  /** base64; what the votes of an own poll are encrypted with. */
  pollSecret?: string;
  createdAt: string;
  updatedAt: string;
}>;

export type MessageDoc = Stored & Notes & Body;
/** Notes on a message that has not been seen: no query finds it, the message takes them over when it comes. */
export type ShadowDoc = Stored & Notes;

export const isSeen = (doc: MessageDoc | ShadowDoc | null): doc is MessageDoc =>
  doc !== null && 'waId' in doc;

/** The message as it reads now: the newest edit over the original. */
export const currentContent = ({ content, edits }: MessageDoc): Content => {
  const edit = edits?.at(-1)?.content;
  if (edit === undefined) return content;
  const { type, text, media } = content;
  if (media === undefined) return { ...content, ...edit, type };
  // of a file only the caption can be edited; it may come as a plain text, and without the file
  const caption = edit.caption ?? edit.text;
  return { ...content, ...edit, type, text, media, ...(caption === null ? {} : { caption }) };
};

/** What a reader takes for the text: captions are texts too. */
export const textOf = (content: Content): string | null => content.text ?? content.caption ?? null;

type Identified = Readonly<{ waId: string; chat: Address; from: Address | null }>;

/**
 * Document ids that a message may have: under its canonical addresses, and, where the other ones are known, under
 * those, since it may have come before the mapping was. The first is the one to create it by.
 */
export const messageIds = (account: string, message: Identified, fromMe: boolean): string[] => {
  const { waId, chat, from } = message;
  const other = {
    waId,
    chat: { jid: chat.alt ?? chat.jid },
    from: from && { jid: from.alt ?? from.jid },
  };
  const ids = [message, other].map((form) => `${account}/${messageIdentity(form, fromMe)}`);
  return [...new Set(ids)];
};

/**
 * Whether what came in `chat` may concern this message. Senders choose ids, so a group's message is touched from
 * within that group only; a person may go by two addresses that this event need not name both.
 */
export const concerns = (doc: MessageDoc | ShadowDoc, chat: Address): boolean => {
  if (!isSeen(doc)) return true;
  const keys = addressKeys(chat);
  return keys.includes(doc.chat) || (isPersonKey(doc.chat) && keys.some(isPersonKey));
};

/** Whether a message with this status has reached WhatsApp. */
export const isSent = (status: SendStatus | undefined): boolean =>
  status !== undefined && SEND_STATUSES.indexOf(status) >= SEND_STATUSES.indexOf('sent');

/** Notes a send's progress; `at` is when the receipt came (unix seconds), `error` why it failed. */
export const withStatus = <D extends ShadowDoc>(
  doc: D,
  status: SendStatus,
  { at, error }: Readonly<{ at?: number; error?: string }> = {},
): D => {
  const { error: _, ...rest } = doc;
  const rank = (known: SendStatus | undefined) => (known === undefined ? -1 : SEND_STATUSES.indexOf(known));
  const ahead = rank(status) > rank(doc.status);
  // `D` without `error` is still a `D`: every note is optional
  const noted = ahead ? ({ ...rest, status, ...(error === undefined ? {} : { error }) } as D) : doc;
  if (at === undefined) return noted;
  const field = status === 'delivered' ? 'deliveredAt' : status === 'sent' ? null : 'readAt';
  if (field === null || (noted[field] ?? Number.POSITIVE_INFINITY) <= at) return noted;
  return { ...noted, [field]: at };
};

/** Notes a pin unless a later one is known; a repeated one changes nothing. */
export const withPin = <D extends ShadowDoc>(doc: D, pin: Pin): D =>
  doc.pin !== undefined && (doc.pin.id === pin.id || doc.pin.timestamp > pin.timestamp)
    ? doc
    : { ...doc, pin };

/** So that a message stays far below MongoDB's 16 MiB, however often and at what length its sender edits it. */
const MAX_EDITS = 16;

/** Notes an edit in its place by time, of which the newest are kept; a repeated one changes nothing. */
export const withEdit = <D extends ShadowDoc>(doc: D, edit: Edit): D => {
  const edits = doc.edits ?? [];
  if (edits.some(({ id }) => id === edit.id)) return doc;
  const newest = [...edits, edit].sort((one, other) => one.timestamp - other.timestamp).slice(-MAX_EDITS);
  return newest.includes(edit) ? { ...doc, edits: newest } : doc;
};
