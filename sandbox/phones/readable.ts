import { normalizeMessageContent, type proto } from '@whiskeysockets/baileys';
import type { Contact, Location, MediaKind, Poll, Readable, ShownMedia } from '../server/shown.ts';

type Content = proto.IMessage;

/** What the parts of a message that carry a file have in common. */
interface FilePart {
  readonly mimetype?: string | null | undefined;
  readonly fileLength?: { toString: () => string } | number | null | undefined;
  readonly mediaKey?: Uint8Array | null | undefined;
  readonly fileSha256?: Uint8Array | null | undefined;
  readonly fileEncSha256?: Uint8Array | null | undefined;
  readonly directPath?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly caption?: string | null | undefined;
  readonly fileName?: string | null | undefined;
  readonly seconds?: number | null | undefined;
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
  readonly contextInfo?: proto.IContextInfo | null | undefined;
}

type Words = Pick<Readable, 'kind' | 'text' | 'location' | 'contacts' | 'poll' | 'media'>;

const bytes = (value: Uint8Array | null | undefined) => Buffer.from(value ?? []);
const given = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

const pathOf = (part: FilePart): string =>
  (part.directPath || part.url?.replace(/^https:\/\/[^/]+/, '') || '').split('?')[0] ?? '';

const mediaOf = (part: FilePart): ShownMedia => ({
  mimetype: part.mimetype ?? 'application/octet-stream',
  length: Number(part.fileLength?.toString() ?? 0),
  key: bytes(part.mediaKey),
  sha256: bytes(part.fileSha256),
  encSha256: bytes(part.fileEncSha256),
  path: pathOf(part),
  fileName: given(part.fileName),
  seconds: given(part.seconds),
  width: given(part.width),
  height: given(part.height),
});

/** The part of a message that carries a file. */
const filePartOf = (content: Content): { readonly kind: MediaKind; readonly part: FilePart } | undefined => {
  const of = (kind: MediaKind, part: FilePart | null | undefined) => (part ? [{ kind, part }] : []);
  return [
    ...of('image', content.imageMessage),
    ...of('video', content.videoMessage ?? content.ptvMessage),
    ...of(content.audioMessage?.ptt ? 'voice' : 'audio', content.audioMessage),
    ...of('document', content.documentMessage),
    ...of('sticker', content.stickerMessage),
  ][0];
};

const locationOf = (part: proto.Message.ILocationMessage): Location => ({
  latitude: part.degreesLatitude ?? 0,
  longitude: part.degreesLongitude ?? 0,
  name: part.name || undefined,
  address: part.address || undefined,
});

const contactOf = (part: proto.Message.IContactMessage): Contact => ({
  name: part.displayName ?? '',
  vcard: part.vcard ?? '',
});

/** The part that opens a poll, whichever of its versions. */
export const pollPartOf = (content: Content): proto.Message.IPollCreationMessage | undefined =>
  content.pollCreationMessage ?? content.pollCreationMessageV2 ?? content.pollCreationMessageV3 ?? undefined;

const pollOf = (part: proto.Message.IPollCreationMessage): Poll => ({
  name: part.name ?? '',
  selectable: part.selectableOptionsCount ?? 0,
  options: (part.options ?? []).map(({ optionName }) => ({ name: optionName ?? '', voters: [] })),
});

const contactsIn = (content: Content): Contact[] | undefined => {
  if (content.contactMessage) return [contactOf(content.contactMessage)];
  return content.contactsArrayMessage?.contacts?.map(contactOf);
};

const wordsOf = (content: Content): Words | undefined => {
  const text = content.conversation || content.extendedTextMessage?.text;
  if (text) return { kind: 'text', text };
  const file = filePartOf(content);
  if (file) return { kind: file.kind, text: file.part.caption ?? '', media: mediaOf(file.part) };
  if (content.locationMessage)
    return { kind: 'location', text: '', location: locationOf(content.locationMessage) };
  const poll = pollPartOf(content);
  if (poll) return { kind: 'poll', text: poll.name ?? '', poll: pollOf(poll) };
  const contacts = contactsIn(content);
  return contacts === undefined
    ? undefined
    : { kind: 'contacts', text: contacts.map(({ name }) => name).join(', '), contacts };
};

const contextOf = (content: Content): proto.IContextInfo | undefined =>
  [
    content.extendedTextMessage,
    filePartOf(content)?.part,
    content.locationMessage,
    content.contactMessage,
    content.contactsArrayMessage,
    pollPartOf(content),
  ].find((part) => part?.contextInfo)?.contextInfo ?? undefined;

const isViewOnce = (message: Content): boolean => {
  const inner = message.ephemeralMessage?.message ?? message;
  return !!(inner.viewOnceMessage ?? inner.viewOnceMessageV2 ?? inner.viewOnceMessageV2Extension);
};

/** What a person sees in a message; undefined for one that shows nothing by itself (changes, unknown kinds). */
export const readable = (message: proto.IMessage): Readable | undefined => {
  const content = normalizeMessageContent(message) ?? {};
  const words = wordsOf(content);
  if (words === undefined) return undefined;
  const context = contextOf(content);
  const quotedText = context?.quotedMessage && readable(context.quotedMessage)?.text;
  return {
    ...words,
    quoted: context?.stanzaId ? { id: context.stanzaId, text: quotedText ?? '' } : undefined,
    mentions: context?.mentionedJid ?? [],
    forwarded: context?.isForwarded ?? false,
    viewOnce: isViewOnce(message),
    expiration: context?.expiration || undefined,
  };
};
