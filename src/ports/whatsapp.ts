import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';

/** A send as the log has it. */
export type SendRequested = Recorded<Extract<WildcatEvent, { type: 'message.send_requested' }>>;

/** The right to run an account's socket. `epoch` fences what a zombie could still write. */
export type Ownership = Readonly<{
  account: string;
  gen: number;
  epoch: number;
  /** The MongoDB collection of its Signal keys. */
  collectionName: string;
  /** False from the moment the lease may have passed to somebody else: no frame leaves after that. */
  isValid: () => boolean;
}>;

/** What a session reports beside the facts that it appends itself (messages, receipts, identities). In order. */
export type ConnectionUpdate =
  | Readonly<{ type: 'qr'; qr: string; n: number; expiresAt: string }>
  | Readonly<{ type: 'paired'; me: string; lid?: string | undefined; platform?: string | undefined }>
  | Readonly<{ type: 'open'; me: string; lid?: string | undefined; name?: string | undefined }>
  /** What had waited on the server is here: unacked sends may be sent again now. */
  | Readonly<{ type: 'caught_up' }>
  /** The last update of a session. `code` null: closed by us. `paired`: whether it has credentials to log in with. */
  | Readonly<{ type: 'closed'; code: number | null; reason: string; paired: boolean; data?: unknown }>;

/** A message ready for the wire: every resend sends these bytes under this id. */
export type PreparedSend = Readonly<{
  waId: string;
  to: string;
  /** proto.Message */
  message: Uint8Array;
  /** Extra attributes of the stanza, e.g. `edit`. */
  attributes: Readonly<Record<string, string>>;
}>;

export type RelayOutcome =
  | Readonly<{ kind: 'acked' /** unix seconds */; at: number }>
  | Readonly<{ kind: 'refused'; code: number; reason: string }>
  /** Thrown, closed or silent for 20 s: it may have left. Never "failed". */
  | Readonly<{ kind: 'unknown'; reason: string }>;

/** One socket of one account, from connect to close. A new connection is a new session. */
export type Session = {
  /** Makes the proto of a request. No frame leaves. Throws `refused` where WhatsApp could never take it. */
  prepare: (request: SendRequested) => Promise<PreparedSend>;
  /**
   * Sees to it that the devices of `to` are known, so that `relay` finds them in memory. Throws `refused` where there
   * are none, `unavailable` where WhatsApp does not say: rc14 would send what is encrypted for nobody, and is acked.
   */
  reach: (to: string) => Promise<void>;
  /**
   * Sends a prepared message. Before its frame leaves, its outbox row and the `message.send_attempted` with this
   * number are durable. Relays leave in the order of the calls; acks are awaited side by side. Never rejects.
   */
  relay: (send: PreparedSend, request: SendRequested, attempt: number) => Promise<RelayOutcome>;
  /**
   * Asks the phone to upload a message's file once more; resolves with the message as it is then (`raw` and result:
   * base64 of proto.WebMessageInfo). Rejects after 30 s without an answer, and where the phone no longer has it.
   */
  reupload: (raw: string) => Promise<string>;
  /** Ends the socket, keeping the device linked; resolves when what was received is durable and `closed` was reported. */
  close: () => Promise<void>;
  /** Unlinks the device and ends the socket; resolves as `close`, with whether WhatsApp said that it is unlinked. */
  logout: () => Promise<boolean>;
  /** When something last came in, ISO; null before that. */
  lastEventAt: () => string | null;
};

export type WhatsApp = {
  /**
   * Opens a socket with the stored credentials, or with new ones (QR) where there are none. Rejects where the
   * credentials can't be read: a read error never becomes a new identity.
   */
  open: (owner: Ownership, onUpdate: (update: ConnectionUpdate) => void) => Promise<Session>;
  /**
   * The decrypted file of a message (base64 of proto.WebMessageInfo) as it comes from WhatsApp's media hosts; needs no
   * session. Rejects with `gone` where they no longer have it, `unprocessable` where the message names no file; the
   * stream fails where what came is not what was announced.
   */
  download: (raw: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  /** Forgets credentials and keys for good (a logged out or deleted account). Repeatable. */
  eraseKeys: (collectionName: string) => Promise<void>;
};

/** Prepared sends: operational state of the sender, never a view. Rows vanish by themselves after two weeks. */
export type Outbox = {
  find: (account: string, waId: string) => Promise<PreparedSend | null>;
  eraseAccount: (account: string) => Promise<void>;
};

/** The QR code now on show; other processes ask for it too. It is a secret: never in the log. */
export type QrCodes = {
  put: (account: string, qr: string, expiresAt: string) => Promise<void>;
  find: (account: string) => Promise<Readonly<{ qr: string; expiresAt: string }> | null>;
  /** Accounts that have one. */
  list: () => Promise<ReadonlySet<string>>;
  remove: (account: string) => Promise<void>;
};

export type Leases = {
  /** Null while another node holds it. A lease of this very node, left by a crash, is taken back at once. */
  acquire: (account: string) => Promise<Lease | null>;
  /** Who holds it now (node name), or null. */
  holder: (account: string) => Promise<string | null>;
};

export type Lease = Readonly<{
  epoch: number;
  isValid: () => boolean;
  /** Called once when it could not be renewed in time. */
  onLost: (listener: () => void) => void;
  release: () => Promise<void>;
}>;
