import { participantOfRaw, rawOfPrepared } from '../adapters/baileys/reading/raw.ts';
import { WildcatError } from '../errors.ts';
import type { NewEvent } from '../events/event.ts';
import { hasAuthors } from '../events/ids.ts';
import type { MediaEvent } from '../events/media.ts';
import type { Forward, Found, Quoted } from '../http/deps.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { MessageKey } from '../ports/session-calls.ts';
import type { Outbox } from '../ports/whatsapp.ts';
import { textOf } from '../projections/message-doc.ts';
import type { StoredMessage } from '../queries/stored-messages.ts';

type MediaRequested = Extract<MediaEvent, { type: 'media.requested' }>;

/** Where the bytes of a message lie that the views only name. */
export type Lookups = Readonly<{ blobs: Pick<Blobs, 'get'>; outbox: Pick<Outbox, 'find'> }>;

/**
 * The author as the chat's own keys name him: a group goes by phone numbers or by LIDs, where the view knows people by
 * their LID. Null where nobody is known to have written it.
 */
const authorOf = ({ from, raw }: Pick<StoredMessage, 'from' | 'raw'>): string | null =>
  (raw === null ? null : participantOfRaw(raw)) ?? from?.jid ?? null;

/** A stored message as another send refers to it. */
export const foundOf = ({ waId, fromMe, from, timestamp, content, raw, chat }: StoredMessage): Found => {
  const participant = hasAuthors(chat.jid) && !fromMe ? authorOf({ from, raw }) : null;
  return { waId, fromMe, from, participant, timestamp, content };
};

/** A stored message as a send quotes it. */
export const quotedOf = ({ waId, from, fromMe, content, raw, rawRef }: StoredMessage): Quoted => ({
  quoted: {
    messageId: waId,
    participant: from?.jid ?? null,
    text: textOf(content),
    hasMedia: content.media !== undefined,
  },
  quotedKey: {
    participant: authorOf({ from, raw }) ?? '',
    fromMe,
    ...(raw === null ? {} : { raw }),
    ...(rawRef === null ? {} : { rawRef }),
  },
});

/** A received message as a receipt names it, in the chat by the name that was asked for. */
export const keyFor = (
  { waId, from, raw, chat }: Pick<StoredMessage, 'waId' | 'from' | 'raw' | 'chat'>,
  chatId: string,
): MessageKey => {
  const key = { id: waId, remoteJid: chatId, fromMe: false };
  const participant = hasAuthors(chat.jid) ? authorOf({ from, raw }) : null;
  return participant === null ? key : { ...key, participant };
};

/** base64 of a message's proto.WebMessageInfo: as it was received, or as it was sent from here; null where it is gone. */
export const rawFor = async (
  { blobs, outbox }: Lookups,
  account: string,
  { waId, fromMe, raw, rawRef }: StoredMessage,
): Promise<string | null> => {
  if (raw !== null) return raw;
  const bytes = rawRef ? await blobs.get(account, rawRef.sha256) : null;
  if (bytes !== null) return Buffer.from(bytes).toString('base64');
  const prepared = fromMe ? await outbox.find(account, waId) : null;
  return prepared === null ? null : rawOfPrepared(prepared);
};

/** The wish to have a message's file; null where it has none. */
export const mediaRequestOf = ({
  waId,
  chat,
  from,
  fromMe,
  content,
  raw,
  rawRef,
}: StoredMessage): Omit<NewEvent<MediaRequested>, 'account' | 'gen' | 'occurredAt'> | null => {
  if (content.media === undefined) return null;
  const data = { waId, chat, from: from ?? chat, fromMe, media: content.media };
  return {
    type: 'media.requested',
    data,
    ...(raw === null ? {} : { raw }),
    ...(rawRef === null ? {} : { rawRef }),
  };
};

const FORWARDABLE: ReadonlySet<string> = new Set([
  ...['text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contact'],
]);
/** What can be said again without the original bytes. */
const SAYABLE: ReadonlySet<string> = new Set(['text', 'location', 'contact']);

/** What passing a message on says. Throws `refused` for what WhatsApp does not pass on, or what is gone. */
export const forwardOf = ({ content, fromMe }: StoredMessage, raw: string | null): Forward => {
  const { quoted: _, mentions: _mentions, expiresIn: _expires, viewOnce, ...rest } = content;
  // a business's buttons stay with it, and what was tapped with whom it was for
  const { choices: _choices, selected: _selected, ...said } = rest;
  const isEmpty = content.type === 'text' && content.text === null;
  if (!FORWARDABLE.has(content.type) || viewOnce === true || isEmpty)
    throw new WildcatError('refused', 'Messages of this kind can not be forwarded');
  if (raw === null && !SAYABLE.has(content.type))
    throw new WildcatError('refused', 'The content of this message is not known any more');
  // an own message that is sent once more counts as new, as on the phone
  const isForwarded = !fromMe || content.isForwarded === true;
  return { content: { ...said, isForwarded }, ...(raw === null ? {} : { raw }) };
};
