import type { AccountCommand, AccountState } from '../commands/accounts.ts';
import type { Asked, Handled } from '../commands/handle.ts';
import type { Claimed, MediaKind } from '../commands/media.ts';
import type { SendCommand } from '../commands/messages.ts';
import type { Outcome } from '../commands/outcomes.ts';
import type { AggregateStates } from '../commands/states.ts';
import type { AccountEvent } from '../events/accounts.ts';
import type { Address } from '../events/ids.ts';
import type { SendRequest } from '../events/messages.ts';
import type { Appended } from '../ports/event-log.ts';
import type { Files, Staged } from '../ports/files.ts';
import type { Idempotency } from '../ports/idempotency.ts';
import type { Logger } from '../ports/logger.ts';
import type { RemoteFiles } from '../ports/remote-files.ts';
import type { CallSession, MessageKey } from '../ports/session-calls.ts';
import type { Leases, QrCodes } from '../ports/whatsapp.ts';
import type { MediaFilter, MediaState } from '../queries/media.ts';
import type { ListedAccount } from './schemas/accounts.ts';
import type { ListedMedia } from './schemas/media.ts';
import type { ListedChat } from './schemas/messages.ts';
import type { Health } from './schemas/service.ts';
import type { StoredMessage } from './schemas/stored-message.ts';

/** An account as its view has it. */
export type AccountDocument = Readonly<Omit<ListedAccount, 'currentStatus' | 'hasQR'>>;

/** Newest first. `total`: how many there are without paging. */
export type Page = Readonly<{ messages: readonly StoredMessage[]; total: number }>;
/** `nextCursor`: where the next page begins, null at the end. `total` is null where nobody has counted: of a search. */
export type PageByCursor = Omit<Page, 'total'> &
  Readonly<{ total: number | null; hasMore: boolean; nextCursor: string | null }>;
export type Range = Readonly<{
  limit: number;
  offset: number;
  /** Unix seconds, both exclusive. */
  before?: number | undefined;
  after?: number | undefined;
  type?: StoredMessage['type'] | undefined;
  fromMe?: boolean | undefined;
  /** As an earlier page gave it. */
  cursor?: string | undefined;
  /** Only messages with words that begin like these. */
  q?: string | undefined;
}>;

/** An own send as a view has it. `timestamp` in unix seconds, `error` why it failed. */
export type OwnSend = Readonly<{
  status: NonNullable<StoredMessage['status']> | null;
  timestamp: number;
  error: string | null;
}>;

/** A stored message that another send is about. */
export type Found = Readonly<{
  waId: string;
  fromMe: boolean;
  from: Address | null;
  /** Its author as the chat's own messages name him; null in a chat with one person. */
  participant: string | null;
  timestamp: number;
  content: SendRequest['content'];
}>;

export type Queries = Readonly<{
  accounts: () => Promise<readonly AccountDocument[]>;
  account: (account: string) => Promise<AccountDocument | null>;
  /** The newest message with this id, or the one in this chat. */
  message: (account: string, messageId: string, chatId?: string) => Promise<StoredMessage | null>;
  /** How the account's own send with this id fares; null where none was asked for. */
  ownSend: (account: string, messageId: string) => Promise<OwnSend | null>;
  chats: (
    account: string,
    range: Readonly<{ limit?: number | undefined; offset: number }>,
  ) => Promise<readonly ListedChat[]>;
  /** These two throw `invalid` for a cursor that is none, and for a `q` without a word. */
  chatMessages: (account: string, chatId: string, range: Range) => Promise<PageByCursor>;
  accountMessages: (account: string, range: Range) => Promise<PageByCursor>;
  messages: (
    range: Readonly<{ limit: number; skip: number; accountId?: string | undefined }>,
  ) => Promise<Page>;
  media: (filter: MediaFilter) => Promise<readonly ListedMedia[]>;
  messageMedia: (account: string, messageId: string, chatId?: string) => Promise<MediaState>;
}>;

/** A message to be passed on. `raw`: base64 of its proto.WebMessageInfo, where it is more than `content` says. */
export type Forward = Readonly<{ content: SendRequest['content']; raw?: string }>;

/** What a reply carries of the message that it quotes. */
export type Quoted = Required<Pick<SendRequest['content'], 'quoted'>> &
  Required<Pick<SendRequest, 'quotedKey'>>;

/** The views, seen from outside. */
export type Views = Readonly<{
  /** The sequence that all views which answer reads have reached. */
  position: () => number;
  /** Resolves with true once they have reached `seq`, with false after `ms` or where one of them has stopped. */
  waitFor: (seq: number, ms: number) => Promise<boolean>;
  /** As `waitFor`, for what searches read. */
  waitForTexts: (seq: number, ms: number) => Promise<boolean>;
  /** The log's last sequence. */
  head: () => Promise<number>;
}>;

/** `route`: the template of the path, so that labels stay few. */
export type RequestObserver = (
  labels: Readonly<{ method: string; route: string; status: number }>,
  seconds: number,
) => void;

/** Everything that the REST side needs, as functions. */
export type HttpDeps = Readonly<{
  apiKey: string | undefined;
  /** Where the service is reached from outside, without a slash at its end. */
  publicUrl: string | undefined;
  logger: Logger;
  now: () => Date;
  accounts: Pick<AggregateStates<AccountState, AccountEvent>, 'current' | 'refreshed' | 'until' | 'all'>;
  /** Decides and appends an account command. */
  command: (account: string, command: AccountCommand, asked: Asked) => Promise<Handled<AccountState>>;
  /** Appends a send request. Throws `not_found`, `not_connected`, `unavailable`, `log_full`. */
  send: (account: string, command: SendCommand, asked: Asked) => Promise<Appended>;
  outcome: (account: string, waId: string, ms: number) => Promise<Outcome | null>;
  idempotency: Pick<Idempotency, 'claim' | 'complete' | 'release'>;
  /** Makes message ids out of Idempotency-Keys: 32 bytes that nobody else knows. */
  idempotencySecret: Uint8Array;
  resolveAddress: (account: string, jid: string) => Promise<Address>;
  /** A message to quote: the one in this chat, else the newest with this id; null where there is none. */
  lookupQuoted: (account: string, messageId: string, chat: Address) => Promise<Quoted | null>;
  /** A message of this chat, null where there is none. */
  lookupMessage: (account: string, messageId: string, chatId: string) => Promise<Found | null>;
  /** What passing a message on says. Throws `refused` where WhatsApp would not take it. Null where there is none. */
  lookupForward: (account: string, messageId: string, chatId?: string) => Promise<Forward | null>;
  /** Messages of a chat that were received last, as receipts name them: newest first, `limit` at most. */
  lookupUnread: (account: string, chatId: string) => Promise<readonly MessageKey[]>;
  call: CallSession;
  queries: Queries;
  files: Pick<Files, 'findById' | 'open' | 'stage' | 'discard'>;
  /** Largest file that is taken, in bytes. */
  maxUpload: number;
  /** Looks into an uploaded file, converts it where need be, and keeps it. Throws `unsupported`, `unprocessable`. */
  makeMedia: (
    kind: MediaKind,
    staged: Staged,
    claimed: Claimed,
  ) => Promise<NonNullable<SendRequest['content']['media']>>;
  remoteFiles: RemoteFiles;
  views: Views;
  qrCodes: Pick<QrCodes, 'find' | 'list'>;
  leaseHolder: Leases['holder'];
  health: () => Promise<Health>;
  metrics: Readonly<{
    render: () => Promise<Readonly<{ contentType: string; text: string }>>;
    observeRequest: RequestObserver;
  }>;
}>;
