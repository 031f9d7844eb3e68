import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { keyOf } from '../events/ids.ts';
import type { Content, SendRequest } from '../events/messages.ts';
import { type MessageDoc, messageIds, type Said, type SendStatus } from './message-doc.ts';
import { isNotice, type NoticeEvent, noticeOf, timerNotice } from './notices.ts';

export type Of<Type extends WildcatEvent['type']> = Recorded<Extract<WildcatEvent, { type: Type }>>;

/** Tells events of these types from all others. */
export const oneOf = <Type extends WildcatEvent['type']>(types: readonly Type[]) => {
  const known: ReadonlySet<string> = new Set(types);
  return (event: Recorded<WildcatEvent>): event is Of<Type> => known.has(event.type);
};

/** A send that is about another message: it changes that one once it is sent, and is no message itself. */
export type OwnRemark = Of<'message.send_requested'> & {
  readonly data: { readonly remark: NonNullable<SendRequest['remark']> };
};
export const isOwnRemark = (event: Recorded<WildcatEvent>): event is OwnRemark =>
  event.type === 'message.send_requested' && event.data.remark !== undefined;

/** Somebody's message. */
const SPOKEN = [
  'message.received',
  'message.sent_elsewhere',
  'message.imported',
  'message.undecryptable',
  'message.send_requested',
] as const;
const isSpoken = oneOf(SPOKEN);
/** Events that bring a message: the first of them for an identity makes it, the others add what they know. */
export type Arrival = Of<(typeof SPOKEN)[number]> | NoticeEvent;
export const isArrival = (event: Recorded<WildcatEvent>): event is Arrival =>
  isNotice(event) || (isSpoken(event) && !isOwnRemark(event));

const PROGRESS = [
  'message.sent',
  'message.send_failed',
  'message.send_unknown',
  'message.status_changed',
] as const;
/** Events about how an own message fares. */
export type Progress = Of<(typeof PROGRESS)[number]>;
export const isProgress = oneOf(PROGRESS);
/** Somebody of a group got or read an own message. */
export type Receipted = Of<'message.receipt_received'>;

const REMARKS = [
  'message.edited',
  'message.revoked',
  'message.reacted',
  'message.pinned',
  'message.unpinned',
  'poll.vote_cast',
] as const;
/** Events about another message. */
export type Remark = Of<(typeof REMARKS)[number]>;
export const isRemark = oneOf(REMARKS);

/** Whether the account wrote it, here or elsewhere. */
export const isFromMe = (event: Arrival): boolean =>
  event.type === 'message.sent_elsewhere' ||
  event.type === 'message.send_requested' ||
  ('fromMe' in event.data && event.data.fromMe === true);

/** Ids of the message that an event is about, canonical one first; of a send's own message for what became of it. */
export const aboutIds = (event: Arrival | Progress | Receipted): string[] => {
  const { account, data } = event;
  if (isArrival(event)) return messageIds(account, event.data, isFromMe(event));
  return messageIds(account, { waId: data.waId, chat: data.chat, from: null }, true);
};

/** What an event says about another message, in one form for all of them. */
export const saidBy = (event: Remark | OwnRemark): Said => {
  const { account } = event;
  if (event.type === 'message.send_requested') {
    const { waId, chat, from, timestamp, content, remark } = event.data;
    const about = { account, waId, chat, from: from ?? chat, fromMe: true, timestamp, content };
    const { kind, target, emoji, seconds } = remark;
    return { ...about, kind, target, emoji, ...(seconds === undefined ? {} : { seconds }) };
  }
  const { waId, chat, from, fromMe, timestamp, target } = event.data;
  const said = { account, waId, chat, from, fromMe, timestamp, target };
  switch (event.type) {
    case 'message.edited':
      return { ...said, kind: 'edit', content: event.data.content };
    case 'message.revoked':
      return { ...said, kind: 'revoke', byAdmin: event.data.byAdmin };
    case 'message.reacted':
      return { ...said, kind: 'react', emoji: event.data.emoji };
    case 'message.pinned':
      return { ...said, kind: 'pin', declared: event.data.declared, seconds: event.data.seconds };
    case 'message.unpinned':
      return { ...said, kind: 'pin', declared: event.data.declared, seconds: 0 };
    case 'poll.vote_cast':
      return { ...said, kind: 'vote', options: event.data.options };
  }
};

const contentOf = (event: Arrival): Content =>
  'content' in event.data ? event.data.content : { type: isNotice(event) ? 'system' : 'unknown', text: null };

type ImportedNotes = Pick<MessageDoc, 'reactions' | 'revokedAt' | 'starred' | 'starredSeq'>;

const importedNotes = ({ data, seq }: Of<'message.imported'>): ImportedNotes => ({
  ...(data.starred === undefined ? {} : { starred: data.starred, starredSeq: seq }),
  ...(data.reactions === undefined ? {} : { reactions: data.reactions }),
  // when, the phone does not say
  ...(data.revoked === true ? { revokedAt: data.timestamp } : {}),
});

const timerNotes = ({
  data: { timer },
}: Of<'message.send_requested'>): Pick<MessageDoc, 'timer' | 'notice'> =>
  timer === undefined ? {} : { timer, notice: timerNotice(timer) };

/** The message that an arrival brings, under its canonical id. */
export const messageDocOf = (event: Arrival): MessageDoc => {
  const { account, seq, at, raw, rawRef, data } = event;
  const id = aboutIds(event)[0] ?? '';
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
    content: contentOf(event),
    createdAt: at,
    updatedAt: at,
    ...(isNotice(event) ? { notice: noticeOf(event) } : {}),
    ...(event.type === 'message.send_requested' ? timerNotes(event) : {}),
    ...('pushName' in data && data.pushName !== undefined ? { pushName: data.pushName } : {}),
    ...(event.type === 'message.undecryptable' ? { undecryptable: event.data.reason } : {}),
    ...(raw === undefined ? {} : { raw }),
    ...(rawRef === undefined ? {} : { rawRef }),
    ...('pollSecret' in data && data.pollSecret !== undefined ? { pollSecret: data.pollSecret } : {}),
    ...(event.type === 'message.imported' ? importedNotes(event) : {}),
  };
};

/** What an arrival says of an own message's progress. */
export const arrivalStatus = (event: Arrival): SendStatus | null => {
  if (event.type === 'message.sent_elsewhere') return 'sent';
  if (event.type === 'message.undecryptable') return event.data.fromMe === true ? 'sent' : null;
  if (event.type === 'message.imported') return event.data.fromMe ? (event.data.status ?? 'sent') : null;
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
