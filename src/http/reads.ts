import type { Moment } from '../events/moment.ts';
import type { MediaFilter, MediaState } from '../queries/media.ts';
import type { HistoryEvent } from '../queries/past.ts';
import type { OwnSend } from '../queries/stored-messages.ts';
import type { ListedAccount } from './schemas/accounts.ts';
import type { ListedChat } from './schemas/chats.ts';
import type { ListedMedia } from './schemas/media.ts';
import type { ListedCall, ListedContact, ListedLabel } from './schemas/phone.ts';
import type { ShownMessage } from './schemas/stored-message.ts';

/** An account as its view has it. */
export type AccountDocument = Readonly<Omit<ListedAccount, 'currentStatus' | 'hasQR'>>;

/** Newest first. `total`: how many there are without paging. */
export type Page = Readonly<{ messages: readonly ShownMessage[]; total: number }>;
/** `nextCursor`: where the next page begins, null at the end. `total` is null where nobody has counted: of a search. */
export type PageByCursor = Omit<Page, 'total'> &
  Readonly<{ total: number | null; hasMore: boolean; nextCursor: string | null }>;
export type Range = Readonly<{
  limit: number;
  offset: number;
  /** Unix seconds, both exclusive. */
  before?: number | undefined;
  after?: number | undefined;
  type?: ShownMessage['type'] | undefined;
  fromMe?: boolean | undefined;
  /** As an earlier page gave it. */
  cursor?: string | undefined;
  /** Only messages with words that begin like these. */
  q?: string | undefined;
}>;

type Paging = Readonly<{ limit: number; offset: number }>;
/** `hasMore`: something follows this page. */
type Listed<Name extends string, One> = Readonly<Record<Name, readonly One[]> & { hasMore: boolean }>;

/** Which chats; all of them without a `limit`. `cursor` as an earlier page gave it. */
export type ChatRange = Readonly<{
  limit?: number | undefined;
  offset?: number | undefined;
  cursor?: string | undefined;
  unread?: boolean | undefined;
  archived?: boolean | undefined;
  deleted?: boolean | undefined;
}>;

export type Queries = Readonly<{
  accounts: () => Promise<readonly AccountDocument[]>;
  account: (account: string) => Promise<AccountDocument | null>;
  /** The newest message with this id, or the one in this chat. */
  message: (account: string, messageId: string, chatId?: string) => Promise<ShownMessage | null>;
  /** How the account's own send with this id fares; null where none was asked for. */
  ownSend: (account: string, messageId: string) => Promise<OwnSend | null>;
  /** Whether anything is known of a chat, under this address or one that it means. */
  knowsChat: (account: string, chatId: string) => Promise<boolean>;
  /** The chat that this address means, or null where nothing is known of it. */
  chat: (account: string, chatId: string) => Promise<ListedChat | null>;
  /** Throws `invalid` for a cursor that is none. */
  chats: (
    account: string,
    range: ChatRange,
  ) => Promise<Listed<'chats', ListedChat> & Readonly<{ nextCursor: string | null }>>;
  /** These two throw `invalid` for a cursor that is none, and for a `q` without a word. */
  chatMessages: (account: string, chatId: string, range: Range) => Promise<PageByCursor>;
  accountMessages: (account: string, range: Range) => Promise<PageByCursor>;
  messages: (
    range: Readonly<{ limit: number; skip: number; accountId?: string | undefined }>,
  ) => Promise<Page>;
  media: (filter: MediaFilter) => Promise<Listed<'media', ListedMedia>>;
  calls: (account: string, range: Paging) => Promise<Listed<'calls', ListedCall>>;
  contacts: (account: string, range: Paging) => Promise<Listed<'contacts', ListedContact>>;
  labels: (account: string) => Promise<readonly ListedLabel[]>;
  messageMedia: (account: string, messageId: string, chatId?: string) => Promise<MediaState>;
}>;

/** What was known at some moment, folded from the log. */
export type Past = Readonly<{
  chatMessages: (
    account: string,
    chatId: string,
    range: Range & Readonly<{ at: Moment }>,
  ) => Promise<PageByCursor>;
  message: (
    account: string,
    messageId: string,
    asked: Readonly<{ chatId?: string | undefined; at: Moment }>,
  ) => Promise<ShownMessage | null>;
  /** All events about a message, oldest first; null where there is none. */
  history: (account: string, messageId: string, chatId?: string) => Promise<readonly HistoryEvent[] | null>;
}>;
