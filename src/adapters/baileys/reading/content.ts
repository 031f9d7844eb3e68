import type { proto } from '@whiskeysockets/baileys';
import type { Content } from '../../../events/messages.ts';
import {
  answerOf,
  type Basics,
  cardsOf,
  type Media,
  type Message,
  placeOf,
  pollOf,
  type Reader,
} from './content-kinds.ts';
import { defined, MAX_NAME, textOf, whole } from './fields.ts';
import { layoutOf, saidIn } from './layouts.ts';
import { unwrap } from './unwrap.ts';

const MAX_MENTIONS = 1_024;

type MediaFields = {
  mimetype?: string | null | undefined;
  fileLength?: unknown;
  fileSha256?: Uint8Array | null | undefined;
  fileName?: string | null | undefined;
  width?: number | null | undefined;
  height?: number | null | undefined;
  seconds?: number | null | undefined;
  caption?: string | null | undefined;
  contextInfo?: proto.IContextInfo | null | undefined;
};

const mediaOf = (fields: MediaFields): Media =>
  defined({
    mimetype: textOf(fields.mimetype, MAX_NAME),
    size: whole(fields.fileLength ?? undefined),
    fileName: textOf(fields.fileName, MAX_NAME),
    width: whole(fields.width ?? undefined),
    height: whole(fields.height ?? undefined),
    seconds: whole(fields.seconds ?? undefined),
    sha256: fields.fileSha256?.length ? Buffer.from(fields.fileSha256).toString('hex') : undefined,
  });

const media =
  (type: Content['type'], pick: (message: Message) => MediaFields | null | undefined): Reader =>
  (message) => {
    const fields = pick(message);
    if (fields === null || fields === undefined) return null;
    const caption = textOf(fields.caption);
    const basics = { type, text: null, media: mediaOf(fields), context: fields.contextInfo };
    return caption === undefined ? basics : { ...basics, caption };
  };

type Named = { contextInfo?: proto.IContextInfo | null | undefined };

const named =
  <T extends Named>(
    type: Content['type'],
    pick: (message: Message) => T | null | undefined,
    text: (part: T) => string | null | undefined,
  ): Reader =>
  (message) => {
    const part = pick(message);
    if (part === null || part === undefined) return null;
    return { type, text: textOf(text(part)) ?? null, context: part.contextInfo };
  };

const imageOf = media('image', (m) => m.imageMessage);
const videoOf = media('video', (m) => m.videoMessage ?? m.ptvMessage);
const documentOf = media('document', (m) => m.documentMessage);

/** Words under a file or a place are its caption or its text: to a reader it is a picture like any other. */
const laidOut: Reader = (message) => {
  const layout = layoutOf(message);
  if (layout === null) return null;
  const { header, context } = layout;
  const { text, ...choices } = saidIn(layout);
  const head = header ? (imageOf(header) ?? videoOf(header) ?? documentOf(header) ?? placeOf(header)) : null;
  if (head?.media) return { ...head, ...defined({ caption: text }), ...choices, context };
  if (head) return { ...head, ...defined({ text }), ...choices, context };
  const isEmpty = text === undefined && choices.choices === undefined;
  return isEmpty ? null : { type: 'text', text: text ?? null, ...choices, context };
};

const SYSTEM_PROTOCOL = 3; // EPHEMERAL_SETTING, of proto.Message.ProtocolMessage.Type

/** In the order of what is seen most. */
const READERS: readonly Reader[] = [
  ({ conversation }) =>
    textOf(conversation) === undefined ? null : { type: 'text', text: textOf(conversation) ?? null },
  named(
    'text',
    (m) => m.extendedTextMessage,
    (part) => part.text,
  ),
  imageOf,
  videoOf,
  media('audio', (m) => m.audioMessage),
  documentOf,
  media('sticker', (m) => m.stickerMessage),
  placeOf,
  cardsOf,
  pollOf,
  ({ pollUpdateMessage }) => (pollUpdateMessage ? { type: 'poll_vote', text: null } : null),
  named(
    'event',
    (m) => m.eventMessage,
    (part) => part.name,
  ),
  ({ call, callLogMesssage: log, scheduledCallCreationMessage: plan }) =>
    call || log || plan ? { type: 'call', text: textOf(plan?.title) ?? null } : null,
  answerOf,
  named(
    'text',
    (m) => m.groupInviteMessage,
    (part) => part.caption || part.groupName,
  ),
  ({ protocolMessage: part, pinInChatMessage: pin, keepInChatMessage: keep }) =>
    part?.type === SYSTEM_PROTOCOL || pin || keep ? { type: 'system', text: null } : null,
  laidOut,
];

const UNKNOWN: Basics = { type: 'unknown', text: null };

const basicsOf = (message: Message): Basics => {
  for (const read of READERS) {
    const basics = read(message);
    if (basics !== null) return basics;
  }
  return UNKNOWN;
};

const quotedOf = (context: proto.IContextInfo): Content['quoted'] => {
  const messageId = textOf(context.stanzaId, MAX_NAME);
  if (messageId === undefined || !context.quotedMessage) return undefined;
  const { text, caption, media } = basicsOf(unwrap(context.quotedMessage).message);
  const participant = textOf(context.participant, MAX_NAME) ?? null;
  return { messageId, participant, text: text ?? caption ?? null, hasMedia: media !== undefined };
};

const mentionsOf = ({ mentionedJid }: proto.IContextInfo): string[] | undefined => {
  const mentions = (mentionedJid ?? []).filter(({ length }) => length <= MAX_NAME).slice(0, MAX_MENTIONS);
  return mentions.length === 0 ? undefined : mentions;
};

const contextOf = (context: proto.IContextInfo): Partial<Content> => {
  const expiresIn = whole(context.expiration ?? undefined);
  return defined({
    mentions: mentionsOf(context),
    quoted: quotedOf(context),
    isForwarded: context.isForwarded === true ? true : undefined,
    expiresIn: expiresIn === 0 ? undefined : expiresIn,
  });
};

/** What a message says, in the stable fields of the catalogue; anything not known is `unknown`, never lost. */
export const contentOf = (wrapped: Message): Content => {
  const { message, viewOnce } = unwrap(wrapped);
  const { context, ...basics } = basicsOf(message);
  return {
    ...basics,
    ...(context ? contextOf(context) : {}),
    // bots put buttons into that envelope: words are not gone once they were seen
    ...(viewOnce && basics.type !== 'text' ? { viewOnce } : {}),
  };
};
