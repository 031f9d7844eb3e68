import type { Filter } from 'mongodb';
import { messageIdentity } from '../events/dedupe.ts';
import type { BlobRef } from '../events/event.ts';
import type { Address } from '../events/ids.ts';
import type { Content } from '../events/messages.ts';
import {
  currentContent,
  isSeen,
  type MessageDoc,
  type SendStatus,
  type ShadowDoc,
} from '../projections/message-doc.ts';
import { findChat } from './names.ts';
import type { ReadViews } from './views.ts';

/** What quoting, reacting to, or sending a message again needs. */
export type StoredMessage = Readonly<{
  waId: string;
  chat: Address;
  from: Address | null;
  fromMe: boolean;
  timestamp: number;
  content: Content;
  /** When it was first logged, ISO 8601. */
  createdAt: string;
  /** base64 of `proto.WebMessageInfo`, or where it lies; both null where there never was one, as for queued sends. */
  raw: string | null;
  rawRef: BlobRef | null;
  /** base64; of an own poll. */
  pollSecret: string | null;
}>;

/** `timestamp` in unix seconds, `error` why it failed. */
export type OwnSend = Readonly<{
  status: SendStatus | null;
  chat: Address;
  timestamp: number;
  error: string | null;
}>;

export type StoredQueries = Readonly<{
  /** The newest message of that id, or the one in `chatId`. */
  findDoc: (
    account: string,
    messageId: string,
    chatId: string | undefined,
    projection: object,
  ) => Promise<MessageDoc | null>;
  /** How the account's own send with this id fares, be it a message or a remark on one. */
  findOwn: (account: string, messageId: string) => Promise<OwnSend | null>;
  /** An own message as it was sent, edits aside; null where there is none, as for remarks on others and for timers. */
  findSent: (account: string, messageId: string) => Promise<StoredMessage | null>;
  /** As `find`, for the service itself: with the raw proto. */
  findStored: (account: string, messageId: string, chatId?: string) => Promise<StoredMessage | null>;
}>;

const storedOf = (doc: MessageDoc, content: Content): StoredMessage => {
  const { waId, chatAddress: chat, from, fromMe, timestamp, raw, rawRef, pollSecret } = doc;
  const { createdAt } = doc;
  const secrets = { raw: raw ?? null, rawRef: rawRef ?? null, pollSecret: pollSecret ?? null };
  return { waId, chat, from, fromMe, timestamp, content, createdAt, ...secrets };
};

const ownId = (account: string, waId: string): string =>
  `${account}/${messageIdentity({ waId, chat: { jid: '' }, from: null }, true)}`;

/** Newest first; within a second the one that came later. */
export const NEWEST_FIRST = { timestamp: -1, seq: -1 } as const;
/** Neither the proto nor the secret: answers have no use for them. */
export const WITHOUT_RAW = { raw: 0, pollSecret: 0 } as const;

export type Aged = Readonly<{ timestamp: number; seq: number }>;
/** `NEWEST_FIRST`, for what is already here. */
export const byAge = (one: Aged, other: Aged): number =>
  other.timestamp - one.timestamp || other.seq - one.seq;

/** Reads of single messages, for answers and for the service itself. */
export const createStoredQueries = (read: ReadViews): StoredQueries => {
  const findDoc: StoredQueries['findDoc'] = async (account, waId, chatId, projection) => {
    const chat = chatId === undefined ? null : await findChat(read, account, chatId);
    if (chatId !== undefined && chat === null) return null;
    const messages = await read('messages');
    const place = chat === null ? {} : { chat: { $in: [...chat.addresses] } };
    const filter: Filter<MessageDoc | ShadowDoc> = { account, waId, ...place };
    const docs = await messages.find(filter, { projection }).toArray();
    return docs.filter(isSeen).sort(byAge)[0] ?? null;
  };

  return {
    findDoc,
    findOwn: async (account, messageId) => {
      const _id = ownId(account, messageId);
      const doc = await (await read('messages')).findOne({ _id }, { projection: WITHOUT_RAW });
      const about = isSeen(doc) ? { chat: doc.chatAddress, timestamp: doc.timestamp } : doc?.remark;
      if (doc === null || about === undefined) return null;
      const { chat, timestamp } = about;
      return { status: doc.status ?? null, chat, timestamp, error: doc.error ?? null };
    },
    findSent: async (account, messageId) => {
      const doc = await (await read('messages')).findOne({ _id: ownId(account, messageId) });
      return isSeen(doc) && doc.timer === undefined ? storedOf(doc, doc.content) : null;
    },
    findStored: async (account, messageId, chatId) => {
      const doc = await findDoc(account, messageId, chatId, {});
      if (doc === null) return null;
      return storedOf(doc, currentContent(doc));
    },
  };
};
