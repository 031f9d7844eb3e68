import {
  type AnyMessageContent,
  generateWAMessage,
  proto,
  type WAMessage,
  type WAMessageKey,
} from '@whiskeysockets/baileys';
import { WildcatError } from '../../../errors.ts';
import { isGroup } from '../../../events/ids.ts';
import type { Content, SendRequest } from '../../../events/messages.ts';
import type { PreparedSend } from '../../../ports/whatsapp.ts';
import { contentOf } from '../reading/content.ts';
import { pollPartOf } from '../reading/content-kinds.ts';
import { plainOf } from '../reading/layouts.ts';
import { PIN } from '../reading/pins.ts';
import { infoOfRaw } from '../reading/raw.ts';
import { unwrap } from '../reading/unwrap.ts';
import { mediaContent, type Uploading, withUpload } from './outgoing-media.ts';

const { Type } = proto.PinInChat;
const PIN_TIMES = [86_400, 604_800] as const;

type Remark = NonNullable<SendRequest['remark']>;

/** A message that says what it says now (`said`): an edit leaves the raw as it was, with what its author took back. */
const asEdited = (message: proto.IMessage, said: string | null | undefined): proto.IMessage => {
  const before = contentOf(message);
  if (!said || said === (before.text ?? before.caption)) return message;
  if (before.type === 'text') return { extendedTextMessage: { text: said } };
  const { message: inner } = unwrap(message);
  const file = inner.imageMessage ?? inner.videoMessage ?? inner.documentMessage;
  if (file) file.caption = said;
  return message;
};

/** The quoted message as WhatsApp had it; what was never received (our own) is quoted by its text. */
const quotedMessage = (raw: string | undefined, text: string | null): proto.IMessage => {
  const known = raw === undefined ? null : infoOfRaw(raw).message;
  return known ? asEdited(known, text) : { conversation: text ?? '' };
};

/**
 * The request with the raw of the quoted message in its place where a blob holds it. A blob that is gone leaves the
 * quote its text.
 */
export const withQuotedRaw = async (
  request: SendRequest,
  findBlob: (sha256: string) => Promise<Uint8Array | null>,
): Promise<SendRequest> => {
  const { quotedKey } = request;
  if (quotedKey?.rawRef === undefined) return request;
  const bytes = await findBlob(quotedKey.rawRef.sha256);
  if (bytes === null) return request;
  return { ...request, quotedKey: { ...quotedKey, raw: Buffer.from(bytes).toString('base64') } };
};

const quotedOf = ({ content, quotedKey, to }: SendRequest): WAMessage | undefined => {
  if (content.quoted === undefined || quotedKey === undefined) return undefined;
  return {
    // named outright: Baileys would put our phone number for a message of ours, even in a LID chat
    key: { remoteJid: to, id: content.quoted.messageId, fromMe: false, participant: quotedKey.participant },
    message: quotedMessage(quotedKey.raw, content.quoted.text),
  };
};

const keyOf = (to: string, { target, participant }: Remark): WAMessageKey => ({
  remoteJid: to,
  fromMe: target.fromMe,
  id: target.waId,
  ...(participant === undefined ? {} : { participant }),
});

/** How long WhatsApp's apps let a message be pinned: the shortest of these that is long enough. */
const pinTime = (seconds: number) => PIN_TIMES.find((time) => time >= seconds) ?? 2_592_000;

const aboutAnother = ({ to, content }: SendRequest, remark: Remark): AnyMessageContent => {
  const key = keyOf(to, remark);
  switch (remark.kind) {
    case 'react':
      return { react: { text: remark.emoji ?? '', key } };
    case 'revoke':
      return { delete: key };
    case 'pin':
      return remark.seconds
        ? { pin: key, type: Type.PIN_FOR_ALL, time: pinTime(remark.seconds) }
        : { pin: key, type: Type.UNPIN_FOR_ALL };
    case 'edit':
      return { text: content.text ?? '', edit: key, linkPreview: null };
  }
};

/**
 * The message in a `raw`, to be passed on: without the secret that belongs to the original, and without its envelope.
 * Baileys opens few of them; on any other one it is lost that it was passed on, and when it disappears.
 */
const forwarded = (raw: string, { text, caption }: Content): AnyMessageContent => {
  const { key, message } = infoOfRaw(raw);
  const said = asEdited(message ?? {}, text ?? caption);
  // a sticker of this kind is one in its envelope only
  const { messageContextInfo: _, ...content } = said.lottieStickerMessage ? said : unwrap(said).message;
  return { forward: { key: key ?? {}, message: plainOf(content) } };
};

const placeOf = ({ latitude, longitude, name, address }: NonNullable<Content['location']>) => ({
  degreesLatitude: latitude,
  degreesLongitude: longitude,
  ...(name === undefined ? {} : { name }),
  ...(address === undefined ? {} : { address }),
});

const pollOf = (
  { text, poll }: Content,
  secret: string | undefined,
): Extract<AnyMessageContent, { poll: unknown }>['poll'] => ({
  name: text ?? '',
  values: [...(poll?.options ?? [])],
  selectableCount: poll?.selectable ?? 0,
  ...(secret === undefined ? {} : { messageSecret: Buffer.from(secret, 'base64') }),
});

/** What Baileys is to make of a request. Throws `refused` for content that can't be sent. */
const baileysContent = (
  request: SendRequest,
  raw: string | undefined,
  { open }: Uploading,
): AnyMessageContent => {
  const { content, remark, timer, pollSecret } = request;
  if (remark !== undefined) return aboutAnother(request, remark);
  if (timer !== undefined) return { disappearingMessagesInChat: timer };
  if (raw !== undefined) return forwarded(raw, request.content);
  const { type, text, location, contacts } = content;
  // no link preview: making one would fetch what strangers ask us to
  if (type === 'text' && text !== null) return { text, linkPreview: null };
  if (type === 'location' && location !== undefined) return { location: placeOf(location) };
  if (type === 'contact' && contacts !== undefined) {
    const cards = contacts.map(({ name: displayName, vcard }) => ({ displayName, vcard }));
    return { contacts: { displayName: text ?? '', contacts: cards } };
  }
  if (type === 'poll' && content.poll !== undefined) return { poll: pollOf(content, pollSecret) };
  const media = mediaContent(content, open);
  if (media !== null) return media;
  throw new WildcatError('refused', `a message of type ${type} can't be sent yet`);
};

/** The stanza's attribute that tells servers and clients of changes (messages-send.js, sendMessage). */
const attributesOf = ({ remark, to }: SendRequest): Record<string, string> => {
  if (remark?.kind === 'edit') return { edit: '1' };
  if (remark?.kind === 'pin') return { edit: PIN };
  if (remark?.kind !== 'revoke') return {};
  return { edit: isGroup(to) && !remark.target.fromMe ? '8' : '7' };
};

/**
 * The bytes of a message or remark, with quote and mentions, to be sent under the request's id. `raw`: base64 of the
 * proto.WebMessageInfo that it passes on. Throws `refused` for content that can't be sent.
 */
export const prepareMessage = async (
  request: SendRequest,
  userJid: string,
  uploading: Uploading,
  raw?: string,
): Promise<PreparedSend> => {
  const { content, to, waId } = request;
  const quoted = quotedOf(request);
  const mentions = content.mentions?.length ? { mentions: [...content.mentions] } : {};
  const options = {
    userJid,
    messageId: waId,
    timestamp: new Date(request.timestamp * 1_000),
    upload: uploading.upload,
    ...(quoted === undefined ? {} : { quoted }),
    ...(content.expiresIn === undefined ? {} : { ephemeralExpiration: content.expiresIn }),
  };
  const generate = () =>
    generateWAMessage(to, { ...baileysContent(request, raw, uploading), ...mentions }, options);
  const isUpload = content.media?.fileId !== undefined && raw === undefined;
  const message = await (isUpload ? withUpload(uploading.isOpen, generate) : generate());
  if (!message.message) throw new WildcatError('refused', 'WhatsApp has no form for this message');
  const bytes = proto.Message.encode(message.message).finish();
  return { waId, to, message: bytes, attributes: attributesOf(request) };
};

/** What WhatsApp wants beside the encrypted message: of a poll, that it is one. */
export const nodesOf = (message: proto.IMessage) =>
  pollPartOf(message) ? [{ tag: 'meta', attrs: { polltype: 'creation' } }] : [];
