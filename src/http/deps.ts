import type { AccountCommand } from '../commands/accounts.ts';
import type { Asked, Handled } from '../commands/handle.ts';
import type { Claimed, MediaKind } from '../commands/media.ts';
import type { SendCommand } from '../commands/messages.ts';
import type { Outcome } from '../commands/outcomes.ts';
import type { AggregateStates } from '../commands/states.ts';
import type { Attempts } from '../commands/webhook-attempts.ts';
import type { Registry } from '../commands/webhook-registry.ts';
import type { Doors } from '../doors/doors.ts';
import type { Way } from '../doors/places.ts';
import type { AccountState } from '../events/account-state.ts';
import type { AccountEvent } from '../events/accounts.ts';
import type { Address } from '../events/ids.ts';
import type { Content, SendRequest } from '../events/messages.ts';
import type { Appended } from '../ports/event-log.ts';
import type { Files, Staged } from '../ports/files.ts';
import type { Idempotency } from '../ports/idempotency.ts';
import type { Logger } from '../ports/logger.ts';
import type { RemoteFiles } from '../ports/remote-files.ts';
import type { CallSession, MessageKey } from '../ports/session-calls.ts';
import type { Deliveries } from '../ports/webhooks.ts';
import type { Leases, QrCodes } from '../ports/whatsapp.ts';
import type { Destination } from '../queries/names.ts';
import type { KnownForm } from './known-forms.ts';
import type { Past, Queries } from './reads.ts';
import type { Health } from './schemas/service.ts';
import type { DifferencesAnswer, RebuildAnswer, ViewAnswer } from './schemas/views.ts';
import type { StreamTimes } from './transport/event-stream.ts';

/** A stored message that another send is about. */
export type Found = Readonly<{
  waId: string;
  fromMe: boolean;
  from: Address | null;
  /** Its author as the chat's own messages name him; null in a chat with one person. */
  participant: string | null;
  timestamp: number;
  content: Content;
}>;

/** A message to be passed on. `raw`: base64 of its proto.WebMessageInfo, where it is more than `content` says. */
export type Forward = Readonly<{ content: Content; raw?: string }>;

/** What a reply carries of the message that it quotes. */
export type Quoted = Required<Pick<Content, 'quoted'>> & Required<Pick<SendRequest, 'quotedKey'>>;

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

/** Building views anew. Throws `not_found` for views and builds that there are not, `busy` (409). */
export type ViewAdmin = Readonly<{
  list: () => Promise<readonly ViewAnswer[]>;
  begin: (
    view: string,
    purpose: RebuildAnswer['purpose'],
    options: Readonly<{ eventsPerSecond?: number | undefined }>,
  ) => Promise<RebuildAnswer>;
  /** Newest first. */
  rebuilds: (view: string) => Promise<readonly RebuildAnswer[]>;
  rebuild: (view: string, build: string) => Promise<RebuildAnswer>;
  diff: (view: string) => Promise<DifferencesAnswer>;
  drop: (view: string, build: string) => Promise<void>;
}>;

/** A file that is served as it is. `etag` changes with its bytes. */
type PageFile = Readonly<{ type: string; etag: string; bytes: Buffer }>;
export type PageFiles = ReadonlyMap<string, PageFile>;

/** `route`: the template of the path, so that labels stay few. */
export type RequestObserver = (
  labels: Readonly<{ method: string; route: string; status: number }>,
  seconds: number,
) => void;

/** Everything that the REST side needs, as functions. */
export type HttpDeps = Readonly<{
  apiKey: string | undefined;
  /** Of Wildcat. */
  version: string;
  /** Where the service is reached from outside, without a slash at its end. */
  publicUrl: string | undefined;
  /** Origins of pages that may ask and read answers, as browsers write them. */
  corsOrigins: ReadonlySet<string>;
  logger: Logger;
  now: () => Date;
  accounts: Pick<AggregateStates<AccountState, AccountEvent>, 'current' | 'refreshed' | 'until' | 'all'>;
  /** Decides and appends an account command. */
  command: (account: string, command: AccountCommand, asked: Asked) => Promise<Handled<AccountState>>;
  /** Appends a send request. Throws `not_found`, `not_connected`, `unavailable`, `log_full`. */
  send: (account: string, command: SendCommand, asked: Asked) => Promise<Appended>;
  outcome: (account: string, waId: string, ms: number) => Promise<Outcome | null>;
  /** How a send that failed did so, as the log has it; null where that is purged. Throws `unavailable`. */
  failure: (account: string, send: Readonly<{ waId: string; chat: Address }>) => Promise<Outcome | null>;
  idempotency: Pick<Idempotency, 'claim' | 'complete' | 'release'>;
  /** Makes message ids out of Idempotency-Keys: 32 bytes that nobody else knows. */
  idempotencySecret: Uint8Array;
  resolveChat: (account: string, jid: string) => Promise<Destination>;
  knownForm: KnownForm;
  /** A message to quote: the one in this chat, else the newest with this id; null where there is none. */
  lookupQuoted: (account: string, messageId: string, chat: Address) => Promise<Quoted | null>;
  /** A message of this chat, null where there is none. */
  lookupMessage: (account: string, messageId: string, chatId: string) => Promise<Found | null>;
  /** What passing a message on says. Throws `refused` where WhatsApp would not take it. Null where there is none. */
  lookupForward: (account: string, messageId: string, chatId?: string) => Promise<Forward | null>;
  /** Messages of a chat that were received last, as receipts name them: newest first, `limit` at most. */
  lookupUnread: (account: string, chatId: string) => Promise<readonly MessageKey[]>;
  /** Has the file of an imported message fetched. Throws `unavailable`, `log_full`. */
  requestMedia: (account: string, messageId: string, chatId?: string) => Promise<void>;
  call: CallSession;
  queries: Queries;
  past: Past;
  files: Pick<Files, 'findById' | 'open' | 'stage' | 'discard'>;
  /** Largest file that is taken, in bytes. */
  maxUpload: number;
  /** Looks into an uploaded file, converts it where need be, and keeps it. Throws `unsupported`, `unprocessable`. */
  makeMedia: (kind: MediaKind, staged: Staged, claimed: Claimed) => Promise<NonNullable<Content['media']>>;
  /** A JPEG of 640 pixels at most out of any picture. Throws `unprocessable`. */
  makePicture: (staged: Staged) => Promise<Buffer>;
  remoteFiles: RemoteFiles;
  webhooks: Readonly<{ registry: Registry; attempts: Attempts; deliveries: Pick<Deliveries, 'list'> }>;
  views: Views;
  viewAdmin: ViewAdmin;
  /** The files of the page at /console, by name. */
  console: PageFiles;
  qrCodes: Pick<QrCodes, 'find' | 'list'>;
  leaseHolder: Leases['holder'];
  health: () => Promise<Health>;
  doors: Pick<Doors, 'pull' | 'watch'>;
  /** Of open streams and sockets; specs can't wait for minutes. */
  streamTimes?: StreamTimes;
  metrics: Readonly<{
    render: () => Promise<Readonly<{ contentType: string; text: string }>>;
    observeRequest: RequestObserver;
    observeDelivered: (way: Way, events: number) => void;
  }>;
}>;
