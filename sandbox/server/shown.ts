/** Own messages: one tick, two ticks, blue ticks; of voice notes a blue microphone. */
export type MessageStatus = 'sent' | 'delivered' | 'read' | 'played';

export type MediaKind = 'image' | 'video' | 'voice' | 'audio' | 'document' | 'sticker';

/** `deleted` is the placeholder of a revoked message, `disappearing` the line that says the setting was changed, `notice` one that says how a group was. */
type MessageKind =
  | 'text'
  | MediaKind
  | 'location'
  | 'contacts'
  | 'poll'
  | 'deleted'
  | 'disappearing'
  | 'notice';

export interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string | undefined;
  readonly address?: string | undefined;
}

export interface Contact {
  readonly name: string;
  readonly vcard: string;
}

export interface Poll {
  readonly name: string;
  /** How many options one may pick; 0 = any number. */
  readonly selectable: number;
  /** Voters are numbers; a later vote of one replaces the earlier. */
  readonly options: readonly { readonly name: string; readonly voters: readonly string[] }[];
}

/** A file a message carries, as the message states it. */
export interface ShownMedia {
  readonly mimetype: string;
  /** Bytes of the plain file. */
  readonly length: number;
  readonly key: Buffer;
  readonly sha256: Buffer;
  readonly encSha256: Buffer;
  /** Where it lies on the media host (without query); a new one after it was uploaded again. */
  readonly path: string;
  readonly fileName?: string | undefined;
  readonly seconds?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Why it could not be downloaded or is not what the message says. */
  readonly error?: string | undefined;
}

/** What a person sees of a message by itself. */
export interface Readable {
  readonly kind: MessageKind;
  /** The words: text or caption. */
  readonly text: string;
  readonly quoted: { readonly id: string; readonly text: string } | undefined;
  /** Jids in a message, numbers on a phone. */
  readonly mentions: readonly string[];
  readonly forwarded: boolean;
  readonly viewOnce: boolean;
  /** Seconds until it disappears. */
  readonly expiration: number | undefined;
  readonly location?: Location | undefined;
  readonly contacts?: readonly Contact[] | undefined;
  readonly poll?: Poll | undefined;
  readonly media?: ShownMedia | undefined;
}

/** A message as the phone shows it: once per id, with all that happened to it since. Numbers name people. */
export interface DisplayedMessage extends Readable {
  readonly sequence: number;
  readonly id: string;
  /** The number of the other one, or the jid of a group or broadcast. */
  readonly chat: string;
  readonly from: string;
  readonly fromMe: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly edited: boolean;
  /** One per person at most. */
  readonly reactions: readonly { readonly from: string; readonly text: string }[];
  /** By whom, and until when (milliseconds since 1970). */
  readonly pinned?: { readonly by: string; readonly until: number } | undefined;
  /** Own messages only. */
  readonly status: MessageStatus | undefined;
  /** Own messages in groups: who got, read or played them. */
  readonly receipts?: Readonly<Record<string, Exclude<MessageStatus, 'sent'>>>;
  /** The encoded proto.Message. */
  readonly content: Buffer;
}
