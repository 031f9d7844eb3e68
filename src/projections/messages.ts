import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { withNewMessage, withNews } from './chat-doc.ts';
import { goneWith, withDeletedChat } from './chat-gone.ts';
import { chatNews } from './chat-state.ts';
import { firstLink, link } from './identities.ts';
import { atDeletion, isLate } from './lives.ts';
import { isMark, mark, withStar } from './marks.ts';
import { concerns, isSeen, isSent, type MessageDoc, messageIds, withStatus } from './message-doc.ts';
import {
  type Arrival,
  aboutIds,
  arrivalStatus,
  isArrival,
  isOwnRemark,
  isProgress,
  isRemark,
  messageDocOf,
  type OwnRemark,
  type Progress,
  progressStatus,
  type Receipted,
  saidBy,
} from './message-fold.ts';
import { withReceipt } from './message-people.ts';
import {
  after,
  type Changes,
  changed,
  chatOf,
  type Messages,
  type MessagesDocs,
  type TotalsDoc,
} from './messages-model.ts';
import { isFolded, pointsTo, touches } from './messages-touches.ts';
import { isNotice } from './notices.ts';
import { effectOf } from './own-effects.ts';
import { replace, vanish } from './placeholders.ts';
import type { Projection } from './projection.ts';
import { aboutMessage, remark } from './remarks.ts';

/** It may have been deleted while nobody here was told: the phone's history remembers that. */
const takenBack = (known: MessageDoc, { revokedAt }: MessageDoc): MessageDoc =>
  revokedAt === undefined || known.revokedAt !== undefined ? known : { ...known, revokedAt };

/** Another telling of a message that is known already, or the real one in place of its placeholder. */
const recognise = (docs: MessagesDocs, known: MessageDoc, event: Arrival, since: number): Changes => {
  const told = messageDocOf(event);
  const status = arrivalStatus(event);
  const noted = withStar(takenBack(status === null ? known : withStatus(known, status), told), told, since);
  if (known.undecryptable !== undefined && told.undecryptable === undefined)
    return replace(docs, noted, event);
  const hasRaw = known.raw !== undefined || known.rawRef !== undefined;
  const whole = hasRaw || told.raw === undefined ? noted : { ...noted, raw: told.raw };
  return whole === known ? [] : [changed(whole, event)];
};

/** What somebody has yet to read. */
const isNews = (event: Arrival): boolean => event.type !== 'message.imported' && !isNotice(event);
const counted = ({ at, firstAt, ...totals }: TotalsDoc, { timestamp }: MessageDoc): TotalsDoc => ({
  at: Math.max(at ?? timestamp, timestamp),
  firstAt: Math.min(firstAt ?? timestamp, timestamp),
  ...totals,
  messages: totals.messages + 1,
});

const arrive = (docs: MessagesDocs, totals: TotalsDoc, event: Arrival): Changes => {
  const candidates = aboutIds(event).map((id) => docs('messages', id));
  const known = candidates.find(isSeen);
  const since = totals.linkedAt ?? 0;
  if (known !== undefined) return recognise(docs, known, event, since);
  const shadow = candidates.find((doc) => doc !== null) ?? null;
  const told = messageDocOf(event);
  const arrived = withStar({ ...told, ...shadow }, told, since);
  const status = arrivalStatus(event);
  const message = status === null ? arrived : withStatus(arrived, status);
  const chat = chatOf(docs, event.account, event.data.chat);
  return [
    { collection: 'messages', doc: message },
    { collection: 'chats', doc: withNewMessage(chat, message, isNews(event)) },
    { collection: 'totals', doc: counted(totals, message) },
  ];
};

const progress = (docs: MessagesDocs, event: Progress): Changes => {
  const message = aboutMessage(docs, aboutIds(event));
  if (!concerns(message, event.data.chat)) return [];
  const how = {
    ...(event.type === 'message.status_changed' ? { at: event.data.at } : {}),
    ...(event.type === 'message.send_failed' ? { error: event.data.reason } : {}),
  };
  const noted = withStatus(message, progressStatus(event), how);
  if (noted === message) return [];
  const takesEffect = isSent(noted.status) && !isSent(message.status);
  return [changed(noted, event), ...(takesEffect ? effectOf(docs, noted, event) : [])];
};

/** A wish about another message: kept where its own message would be, until it is sent. */
const askRemark = (docs: MessagesDocs, event: OwnRemark): Changes => {
  const said = saidBy(event);
  const [id = ''] = messageIds(event.account, event.data, true);
  const known = docs('messages', id);
  if (known?.remark !== undefined || (known !== null && isSeen(known))) return [];
  const doc = withStatus({ _id: id, ...known, remark: said }, 'queued');
  const effect = isSent(doc.status) ? effectOf(docs, doc, event) : [];
  return [{ collection: 'messages', doc }, ...effect];
};

const receipt = (docs: MessagesDocs, event: Receipted): Changes => {
  const { by, status, at, chat } = event.data;
  const message = aboutMessage(docs, aboutIds(event));
  if (!concerns(message, chat)) return [];
  const noted = withReceipt(message, by, status, at);
  return noted === message ? [] : [changed(noted, event)];
};

const chatChanges = (docs: MessagesDocs, totals: TotalsDoc, event: Recorded<WildcatEvent>): Changes => {
  const news = chatNews(event);
  if (news === null || !('chat' in event.data)) return [];
  const chat = chatOf(docs, event.account, event.data.chat);
  const { type, seq } = event;
  // a part of the history may come late, or once more: what was told since the link is newer
  const since = type === 'chat.imported' ? (totals.linkedAt ?? 0) : seq;
  return [
    { collection: 'chats', doc: withNews(chat, { ...goneWith(chat, event), ...news }, { seq, since }) },
  ];
};

const evolveLiving = (docs: MessagesDocs, totals: TotalsDoc, event: Recorded<WildcatEvent>): Changes => {
  const { account } = event;
  if (isOwnRemark(event)) return askRemark(docs, event);
  if (isArrival(event)) {
    const links = firstLink(docs, account, event.data.chat);
    const arrived = [...links, ...arrive(after(docs, links), totals, event)];
    return [...arrived, ...chatChanges(after(docs, arrived), totals, event)];
  }
  if (isProgress(event)) return progress(docs, event);
  if (event.type === 'message.receipt_received') return receipt(docs, event);
  if (isMark(event)) return mark(docs, event);
  if (!isRemark(event)) return chatChanges(docs, totals, event);
  const gone = vanish(docs, totals, event);
  return [...gone, ...remark(after(docs, gone), saidBy(event), event.at)];
};

const changesOf = (docs: MessagesDocs, event: Recorded<WildcatEvent>): Changes => {
  if (!isFolded(event)) return [];
  const { account, gen } = event;
  const born: TotalsDoc = { _id: account, gen, deleted: false, messages: 0 };
  const known = docs('totals', account);
  if (isLate(known, event)) return [];
  const totals = known === null || gen > known.gen ? born : known;
  if (event.type === 'account.created') return [{ collection: 'totals', doc: totals }];
  if (event.type === 'account.deleted') return [{ collection: 'totals', doc: { ...born, deleted: true } }];
  if (event.type === 'account.paired')
    return [{ collection: 'totals', doc: { ...totals, linkedAt: event.seq } }];
  if (event.type === 'identity.linked') return link(docs, { account, ...event.data });
  return evolveLiving(docs, totals, event);
};

const evolve = (docs: MessagesDocs, event: Recorded<WildcatEvent>): Changes =>
  changesOf(docs, event).map(withDeletedChat);

/**
 * Messages, the chats they are in and how many there are, folded together so that a count rises only when a message
 * was not there before.
 */
export const messagesProjection: Projection<Messages> = {
  name: 'messages',
  version: 7,
  aggregates: ['account', 'message', 'poll', 'chat', 'contact', 'group', 'identity'],
  collections: {
    messages: [
      { account: 1, chat: 1, timestamp: -1, seq: -1 },
      { account: 1, timestamp: -1, seq: -1 },
      { timestamp: -1, seq: -1 },
      { account: 1, waId: 1 },
    ],
    chats: [{ account: 1, at: -1, _id: 1 }],
    totals: [],
  },
  touches,
  pointsTo,
  evolve,
  sweeps: atDeletion('messages', 'chats'),
};
