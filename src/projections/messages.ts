import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { keyOf } from '../events/ids.ts';
import { isAlias, withChangedMessage, withNewMessage } from './chat-doc.ts';
import { firstLink, link } from './link.ts';
import {
  concerns,
  isSeen,
  type MessageDoc,
  type ShadowDoc,
  sameAddress,
  withEdit,
  withReaction,
  withStatus,
} from './message-doc.ts';
import {
  type Arrival,
  aboutChats,
  aboutIds,
  arrivalStatus,
  isArrival,
  isProgress,
  isRemark,
  messageOf,
  type Progress,
  progressStatus,
  type Remark,
} from './message-fold.ts';
import {
  after,
  type Changes,
  chatOf,
  chatRef,
  type Messages,
  type MessagesDocs,
  type TotalsDoc,
} from './messages-model.ts';
import type { Change, Projection, Ref } from './projection.ts';

const changed = (message: MessageDoc | ShadowDoc, event: Recorded<WildcatEvent>): Change<Messages> => ({
  collection: 'messages',
  doc: isSeen(message) ? { ...message, updatedAt: event.at } : message,
});

/** Another telling of a message that is known already, or the real one in place of its placeholder. */
const recognise = (docs: MessagesDocs, known: MessageDoc, event: Arrival): Changes => {
  const told = messageOf(event);
  const status = arrivalStatus(event);
  const noted = status === null ? known : withStatus(known, status);
  if (known.undecryptable !== undefined && told.undecryptable === undefined) {
    const { undecryptable: _, ...rest } = noted;
    const { content, from, pushName, raw, rawRef } = told;
    const real: MessageDoc = { ...rest, content, from, pushName, raw, rawRef, updatedAt: event.at };
    const chat = chatOf(docs, event.account, event.data.chat);
    return [
      { collection: 'messages', doc: real },
      { collection: 'chats', doc: withChangedMessage(chat, real) },
    ];
  }
  const hasRaw = known.raw !== undefined || known.rawRef !== undefined;
  const whole = hasRaw || told.raw === undefined ? noted : { ...noted, raw: told.raw };
  return whole === known ? [] : [changed(whole, event)];
};

const arrive = (docs: MessagesDocs, totals: TotalsDoc, event: Arrival): Changes => {
  const candidates = aboutIds(event).map((id) => docs('messages', id));
  const known = candidates.find(isSeen);
  if (known !== undefined) return recognise(docs, known, event);
  const shadow = candidates.find((doc) => doc !== null) ?? null;
  const arrived: MessageDoc = { ...messageOf(event), ...shadow };
  const status = arrivalStatus(event);
  const message = status === null ? arrived : withStatus(arrived, status);
  const chat = chatOf(docs, event.account, event.data.chat);
  return [
    { collection: 'messages', doc: message },
    { collection: 'chats', doc: withNewMessage(chat, message) },
    { collection: 'totals', doc: { ...totals, messages: totals.messages + 1 } },
  ];
};

/** The message that an event is about: as seen, as a shadow, or as a new shadow. */
const aboutMessage = (docs: MessagesDocs, ids: readonly string[]): MessageDoc | ShadowDoc => {
  const candidates = ids.map((id) => docs('messages', id)).filter((doc) => doc !== null);
  return candidates.find(isSeen) ?? candidates[0] ?? { _id: ids[0] ?? '' };
};

const progress = (docs: MessagesDocs, event: Progress): Changes => {
  const message = aboutMessage(docs, aboutIds(event));
  if (!concerns(message, event.data.chat)) return [];
  const how = {
    ...(event.type === 'message.status_changed' ? { at: event.data.at } : {}),
    ...(event.type === 'message.send_failed' ? { error: event.data.reason } : {}),
  };
  const noted = withStatus(message, progressStatus(event), how);
  return noted === message ? [] : [changed(noted, event)];
};

/** Who may change a message: its author; in a group an admin may take others' back, and who is one is not known here. */
const isEntitled = (event: Remark): boolean => {
  if (event.type === 'message.reacted') return true;
  const { target, fromMe, from, chat } = event.data;
  const isAuthor = target.fromMe ? fromMe : !fromMe && sameAddress(from, target.author);
  return isAuthor || (event.type === 'message.revoked' && chat.jid.endsWith('@g.us'));
};

const remarked = (message: MessageDoc | ShadowDoc, event: Remark): MessageDoc | ShadowDoc => {
  const { timestamp, waId, from, fromMe } = event.data;
  switch (event.type) {
    case 'message.edited':
      return withEdit(message, { id: waId, timestamp, content: event.data.content });
    case 'message.revoked':
      return message.revokedAt === undefined ? { ...message, revokedAt: timestamp } : message;
    case 'message.reacted':
      return withReaction(message, { from, fromMe, emoji: event.data.emoji, timestamp });
  }
};

const remark = (docs: MessagesDocs, event: Remark): Changes => {
  const message = aboutMessage(docs, aboutIds(event));
  if (!concerns(message, event.data.chat) || !isEntitled(event)) return [];
  const noted = remarked(message, event);
  if (noted === message) return [];
  if (!isSeen(noted)) return [changed(noted, event)];
  const chats = aboutChats(event).flatMap((key): Changes => {
    const named = docs('chats', `${event.account}/${key}`);
    const chat = named !== null && isAlias(named) ? docs('chats', `${event.account}/${named.into}`) : named;
    if (chat === null || isAlias(chat) || chat.last?.id !== noted._id) return [];
    return [{ collection: 'chats', doc: withChangedMessage(chat, noted) }];
  });
  return [changed(noted, event), ...chats];
};

const isFolded = (event: Recorded<WildcatEvent>): boolean =>
  ['account.created', 'account.deleted', 'identity.linked'].includes(event.type) ||
  isArrival(event) ||
  isProgress(event) ||
  isRemark(event);

const evolve = (docs: MessagesDocs, event: Recorded<WildcatEvent>): Changes => {
  if (!isFolded(event)) return [];
  const { account, gen } = event;
  const born: TotalsDoc = { _id: account, gen, deleted: false, messages: 0 };
  const known = docs('totals', account);
  const isDead = known !== null && (gen < known.gen || (gen === known.gen && known.deleted));
  if (isDead) return [];
  const totals = known === null || gen > known.gen ? born : known;
  if (event.type === 'account.created') return [{ collection: 'totals', doc: totals }];
  if (event.type === 'account.deleted') return [{ collection: 'totals', doc: { ...born, deleted: true } }];
  if (event.type === 'identity.linked') return link(docs, { account, ...event.data });
  if (isArrival(event)) {
    const links = firstLink(docs, account, event.data.chat);
    return [...links, ...arrive(after(docs, links), totals, event)];
  }
  if (isProgress(event)) return progress(docs, event);
  return isRemark(event) ? remark(docs, event) : [];
};

const touches = (event: Recorded<WildcatEvent>): Ref<Messages>[] => {
  if (!isFolded(event)) return [];
  const { account } = event;
  const totals: Ref<Messages> = { collection: 'totals', id: account };
  if (event.type === 'identity.linked')
    return [totals, chatRef(account, keyOf(event.data.lid)), chatRef(account, keyOf(event.data.pn))];
  if (!isArrival(event) && !isProgress(event) && !isRemark(event)) return [totals];
  return [
    totals,
    ...aboutIds(event).map((id) => ({ collection: 'messages' as const, id })),
    ...aboutChats(event).map((key) => chatRef(account, key)),
  ];
};

/**
 * Messages, the chats they are in and how many there are, folded together so that a count rises only when a message
 * was not there before.
 */
export const messagesProjection: Projection<Messages> = {
  name: 'messages',
  version: 1,
  aggregates: ['account', 'message', 'identity'],
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
  pointsTo: (doc) => ('into' in doc ? [chatRef(doc.account, doc.into), chatRef(doc.account, doc.lid)] : []),
  evolve,
  sweeps: (event) =>
    event.type === 'account.deleted'
      ? [
          { collection: 'messages', idPrefix: `${event.account}/` },
          { collection: 'chats', idPrefix: `${event.account}/` },
        ]
      : [],
};
