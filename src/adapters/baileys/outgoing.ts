import { generateWAMessage, proto, type WAMessage } from '@whiskeysockets/baileys';
import { WildcatError } from '../../errors.ts';
import type { SendRequest } from '../../events/messages.ts';
import type { PreparedSend } from '../../ports/whatsapp.ts';

/** The quoted message as WhatsApp had it; what was never received (our own) is quoted by its text. */
const quotedMessage = (raw: string | undefined, text: string | null): proto.IMessage => {
  const known = raw === undefined ? null : proto.WebMessageInfo.decode(Buffer.from(raw, 'base64')).message;
  return known ?? { conversation: text ?? '' };
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

const noUpload = (): Promise<never> => Promise.reject(new Error('a text needs no upload'));

/**
 * The bytes of a text, with quote and mentions, to be sent under the request's id. No link preview: making one
 * would fetch what strangers ask us to. Throws `refused` for content that is not text.
 */
export const prepareText = async (request: SendRequest, userJid: string): Promise<PreparedSend> => {
  const { content, to, waId } = request;
  if (content.type !== 'text' || content.text === null) {
    throw new WildcatError('refused', `a message of type ${content.type} can't be sent yet`);
  }
  const quoted = quotedOf(request);
  const mentions = content.mentions?.length ? { mentions: [...content.mentions] } : {};
  const message = await generateWAMessage(
    to,
    { text: content.text, linkPreview: null, ...mentions },
    {
      userJid,
      messageId: waId,
      timestamp: new Date(request.timestamp * 1_000),
      upload: noUpload,
      ...(quoted === undefined ? {} : { quoted }),
      ...(content.expiresIn === undefined ? {} : { ephemeralExpiration: content.expiresIn }),
    },
  );
  if (!message.message) throw new WildcatError('refused', 'WhatsApp has no form for this message');
  return { waId, to, message: proto.Message.encode(message.message).finish(), attributes: {} };
};
