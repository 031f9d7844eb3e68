import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { keyOf } from '../events/ids.ts';
import type { Content, MessageEvent } from '../events/messages.ts';
import { addressKeys, type MessageDoc, messageIds, type SendStatus } from './message-doc.ts';

type Of<Type extends MessageEvent['type']> = Recorded<Extract<MessageEvent, { type: Type }>>;

/** Events that bring a message: the first of them for an identity makes it, the others add what they know. */
export type Arrival = Of<
  'message.received' | 'message.sent_elsewhere' | 'message.undecryptable' | 'message.send_requested'
>;
/** Events about how an own message fares. */
export type Progress = Of<
  'message.sent' | 'message.send_failed' | 'message.send_unknown' | 'message.status_changed'
>;
/** Events about another message. */
export type Remark = Of<'message.edited' | 'message.revoked' | 'message.reacted'>;

const ARRIVALS: readonly string[] = [
  'message.received',
  'message.sent_elsewhere',
  'message.undecryptable',
  'message.send_requested',
] satisfies Arrival['type'][];
const PROGRESS: readonly string[] = [
  'message.sent',
  'message.send_failed',
  'message.send_unknown',
  'message.status_changed',
] satisfies Progress['type'][];
const REMARKS: readonly string[] = [
  'message.edited',
  'message.revoked',
  'message.reacted',
] satisfies Remark['type'][];

export const isArrival = (event: Recorded<WildcatEvent>): event is Arrival => ARRIVALS.includes(event.type);
export const isProgress = (event: Recorded<WildcatEvent>): event is Progress => PROGRESS.includes(event.type);
export const isRemark = (event: Recorded<WildcatEvent>): event is Remark => REMARKS.includes(event.type);

const isFromMe = (event: Arrival): boolean =>
  event.type === 'message.sent_elsewhere' || event.type === 'message.send_requested';

/** Ids of the message that an event is about, canonical one first. */
export const aboutIds = (event: Arrival | Progress | Remark): string[] => {
  const { account } = event;
  if (isArrival(event)) return messageIds(account, event.data, isFromMe(event));
  if (isProgress(event)) return messageIds(account, { ...event.data, from: null }, true);
  const { target, chat } = event.data;
  return messageIds(account, { waId: target.waId, chat, from: target.author }, target.fromMe);
};

/** Keys of the chats that an event may change, under either address of a person. */
export const aboutChats = (event: Arrival | Progress | Remark): string[] =>
  isProgress(event) ? [] : addressKeys(event.data.chat);

const UNREADABLE: Content = { type: 'unknown', text: null };

/** The message that an arrival brings, under its canonical id. */
export const messageOf = (event: Arrival): MessageDoc => {
  const { account, seq, at, raw, rawRef, data } = event;
  const id = aboutIds(event)[0] ?? '';
  const unreadable = event.type === 'message.undecryptable';
  return {
    _id: id,
    account,
    waId: data.waId,
    chat: keyOf(data.chat.jid),
    chatAddress: data.chat,
    from: data.from,
    fromMe: isFromMe(event),
    timestamp: data.timestamp,
    seq,
    content: unreadable ? UNREADABLE : event.data.content,
    ...('pushName' in data && data.pushName !== undefined ? { pushName: data.pushName } : {}),
    ...(unreadable ? { undecryptable: event.data.reason } : {}),
    ...(raw === undefined ? {} : { raw }),
    ...(rawRef === undefined ? {} : { rawRef }),
    createdAt: at,
    updatedAt: at,
  };
};

/** What an arrival says of an own message's progress. */
export const arrivalStatus = (event: Arrival): SendStatus | null => {
  if (event.type === 'message.sent_elsewhere') return 'sent';
  return event.type === 'message.send_requested' ? 'queued' : null;
};

export const progressStatus = (event: Progress): SendStatus => {
  switch (event.type) {
    case 'message.sent':
      return 'sent';
    case 'message.send_failed':
      return 'failed';
    case 'message.send_unknown':
      return 'unknown';
    case 'message.status_changed':
      return event.data.status;
  }
};
