import type { AppState } from '../protocol/app-state.ts';
import type { ServerCertificate } from '../protocol/authority.ts';
import type { ServerIdentity } from '../protocol/certificates.ts';
import type { Domain } from '../protocol/jid.ts';
import type { BinaryNode } from '../protocol/node.ts';
import type { SignalDevice } from '../signal/records.ts';
import type { Call } from './calls.ts';
import type { Group } from './groups/state.ts';
import type { Mailbox } from './mailbox.ts';
import { type MediaStore, makeMediaStore } from './media-store.ts';
import type { Newsletter } from './newsletters.ts';
import type { PresenceState } from './presence.ts';
import type { Privacy } from './privacy.ts';
import type { About, Picture } from './profile.ts';
import type { DisplayedMessage } from './shown.ts';
import type { Trouble } from './trouble.ts';

/** Everything the sandbox knows: plain data (maps, buffers, numbers), so that it can be stored as a whole. */
export interface State {
  readonly identity: ServerIdentity;
  /** By number. */
  readonly phones: Map<string, Phone>;
  /** LID user to number. */
  readonly lids: Map<string, string>;
  readonly media: MediaStore;
  /** Profile pictures, by number or jid of a group. */
  readonly pictures: Map<string, Picture>;
  /** By id, the part of `…@g.us` before the at. */
  readonly groups: Map<string, Group>;
  /** By id, the part of `…@newsletter` before the at. */
  readonly newsletters: Map<string, Newsletter>;
  readonly calls: Map<string, Call>;
  /** Of the media host; kept so that clients may go on trusting it. */
  certificate: ServerCertificate | undefined;
  /** How often this state was taken up again. */
  restarts: number;
  /** One number for everything that happens, in order. */
  sequence: number;
}

export interface HistorySize {
  readonly chats: number;
  /** Per chat. */
  readonly messages: number;
  /** As files on the media host instead of inline. */
  readonly onMediaHost: boolean;
}

/** A simulated primary device: a person with a phone number, and the account that companions are linked to. */
export interface Phone {
  readonly number: string;
  /** User part of the LID. */
  readonly lid: string;
  name: string;
  signal: SignalDevice;
  behaviour: Behaviour;
  readonly companions: Map<number, Companion>;
  nextDevice: number;
  /** What came while the phone was switched off. */
  readonly missed: BinaryNode[];
  readonly arrivals: Arrival[];
  readonly messages: DisplayedMessage[];
  /** `{author number}/{id}` to the position in `messages`. */
  readonly shown: Map<string, number>;
  /** What it sent, by id, to send it again when asked. */
  readonly sent: Map<string, SentMessage>;
  /** How often it has asked for a message again, by `{sender jid}/{id}`. */
  readonly retries: Map<string, number>;
  readonly appStateKey: Buffer;
  /** Encrypted, as the server keeps them. */
  readonly collections: Map<string, readonly AppStatePatch[]>;
  readonly appState: AppState;
  /** Seconds after which messages of a chat disappear, by chat. */
  readonly disappearing: Map<string, number>;
  /** Until when (seconds since 1970) what was said was deleted or cleared, by chat. */
  readonly gone: Map<string, number>;
  readonly privacy: Privacy;
  about: About;
  /** How much of what it shows companions are told when they are linked. */
  history: HistorySize;
  /** What new chats start with; 0 = messages stay. Milliseconds since 1970. */
  defaultTimer: { readonly seconds: number; readonly at: number };
  readonly presence: PresenceState;
  trouble: Trouble;
}

/** How a phone behaves. Times in milliseconds; null = never. */
export interface Behaviour {
  online: boolean;
  deliverAfter: number | null;
  readAfter: number | null;
  /** How it addresses others in 1:1 chats. */
  addressing: Domain;
  /** How people are named in groups it makes. */
  groupAddressing: Domain;
  /** Whether new companions get app state as a snapshot from the media host. */
  snapshots: boolean;
  /** Whether its companions are told what another device of the account has read. */
  tellsReads: boolean;
  /** Other forms of its number: the server finds it by them where it is asked for phone numbers, and nowhere else. */
  otherForms?: readonly string[];
}

/** A linked device, as the server knows it. */
export interface Companion {
  readonly device: number;
  readonly noiseKey: Buffer;
  readonly identity: Buffer;
  registrationId: number;
  signedPreKey: { readonly id: number; readonly public: Buffer; readonly signature: Buffer };
  readonly preKeys: Map<number, Buffer>;
  readonly platform: string;
  readonly mailbox: Mailbox;
  readonly receipts: ReceiptRecord[];
  /** Whether the phone has sent it the app-state key and its history. */
  greeted: boolean;
  /** Users whose devices it has asked for, told when those change. */
  readonly watches: Set<string>;
}

/** What a companion said about a message it was sent. `lost`: a receipt that trouble kept from the server. */
export interface ReceiptRecord {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly device: number;
  readonly kind: 'receipt' | 'read' | 'retry' | 'nack' | 'ack' | 'lost';
  readonly id: string;
  readonly to: string | undefined;
  /** The receipt's type as sent (`inactive`, `sender`, `peer_msg`, …). */
  readonly type: string | undefined;
  readonly error: string | undefined;
}

/** A message stanza that reached a phone, repeats and undecryptable ones included. */
export interface Arrival {
  readonly sequence: number;
  readonly at: number;
  readonly id: string;
  readonly from: string;
  readonly device: number;
  readonly encryption: string | undefined;
  /** `count` of a message sent again after a retry receipt. */
  readonly retry: number | undefined;
  readonly error: string | undefined;
}

export interface SentMessage {
  readonly id: string;
  /** A number, or the jid of a group or broadcast. */
  readonly to: string;
  readonly domain: Domain;
  readonly content: Buffer;
  /** What the server may know of it: `type`, and `edit` for changes of another message. */
  readonly attrs: { readonly type: string; readonly edit?: string | undefined };
  /** Companions are told that there is one, and get no content. */
  readonly viewOnce: boolean;
  /** Whom a broadcast is for: numbers. */
  readonly audience?: readonly string[] | undefined;
}

export interface AppStatePatch {
  readonly version: number;
  readonly patch: Buffer;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  online: true,
  deliverAfter: 0,
  readAfter: 0,
  addressing: 'lid',
  groupAddressing: 'lid',
  snapshots: false,
  tellsReads: false,
};

export const makeState = (identity: ServerIdentity): State => ({
  identity,
  phones: new Map(),
  lids: new Map(),
  media: makeMediaStore(),
  pictures: new Map(),
  groups: new Map(),
  newsletters: new Map(),
  calls: new Map(),
  certificate: undefined,
  restarts: 0,
  sequence: 0,
});
