import type { WildcatEvent } from './codec.ts';
import type { Recorded } from './event.ts';
import { type Address, isLid } from './ids.ts';
import type { Content } from './messages.ts';

/** What the original service's webhook tells, and nothing more: received, written on the phone, sent from here. */
export const MESSAGE_TYPES = ['message.received', 'message.sent_elsewhere', 'message.sent'] as const;

/** A message as far as its payload goes. `timestamp` in unix seconds, `createdAt` ISO 8601. */
export type Told = Readonly<{
  account: string;
  waId: string;
  chat: Address;
  from: Address | null;
  fromMe: boolean;
  timestamp: number;
  content: Content;
  createdAt: string;
}>;

/** The phone number where it is known, as in the REST answers. */
const nameOf = ({ jid, alt }: Address): string => (isLid(jid) ? (alt ?? jid) : jid);

/** The message that an event brings itself; null for others, `message.sent` among them, which only points to one. */
export const toldBy = (event: Recorded<WildcatEvent>): Told | null => {
  if (event.type !== 'message.received' && event.type !== 'message.sent_elsewhere') return null;
  const { waId, chat, from, timestamp, content } = event.data;
  const fromMe = event.type === 'message.sent_elsewhere';
  return { account: event.account, waId, chat, from, fromMe, timestamp, content, createdAt: event.at };
};

/** The body of format `wildcat`, field for field that of the original. `publicUrl` makes `mediaUrl` absolute. */
export const wildcatPayload = (told: Told, publicUrl: string) => {
  const { account, waId, content } = told;
  const hasMedia = content.media !== undefined;
  return {
    accountId: account,
    messageId: waId,
    chatId: nameOf(told.chat),
    from: told.from === null ? null : nameOf(told.from),
    fromMe: told.fromMe,
    timestamp: told.timestamp,
    type: content.type,
    text: content.text ?? content.caption ?? null,
    hasMedia,
    mediaUrl: hasMedia ? `${publicUrl}/accounts/${account}/messages/${encodeURIComponent(waId)}/media` : null,
    mediaType: hasMedia ? content.type : null,
    quotedMessage: content.quoted ?? null,
    mentions: content.mentions ?? [],
    createdAt: told.createdAt,
  };
};
