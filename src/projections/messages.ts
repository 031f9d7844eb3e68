import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { keyOf } from '../events/ids.ts';
import { withChangedMessage, withNewMessage } from './chat-doc.ts';
import { firstLink, link } from './link.ts';
import {
  addressKeys,
  concerns,
  isSeen,
  type MessageDoc,
  messageIds,
  SEND_STATUSES,
  type SendStatus,
  type ShadowDoc,
  withStatus,
} from './message-doc.ts';
import {
  type Arrival,
  aboutIds,
  arrivalStatus,
  isArrival,
  isOwnRemark,
  isProgress,
  isRemark,
  messageOf,
  type OwnRemark,
  type Progress,
  progressStatus,
  saidBy,
} from './message-fold.ts';
import {
  after,
  type Changes,
  chatOf,
  chatRef,
  type Messages,
  type MessagesDocs,
  messageRef,
  type TotalsDoc,
} from './messages-model.ts';
import type { Change, Projection, Ref } from './projection.ts';
import { aboutMessage, remark, targetRefs } from './remarks.ts';

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

const ranksAsSent = (status: SendStatus | undefined): boolean =>
  status !== undefined && SEND_STATUSES.indexOf(status) >= SEND_STATUSES.indexOf('sent');

const progress = (docs: MessagesDocs, event: Progress): Changes => {
  const message = aboutMessage(docs, aboutIds(event));
  if (!concerns(message, event.data.chat)) return [];
  const how = {
    ...(event.type === 'message.status_changed' ? { at: event.data.at } : {}),
    ...(event.type === 'message.send_failed' ? { error: event.data.reason } : {}),
  };
  const noted = withStatus(message, progressStatus(event), how);
  if (noted === message) return [];
  const takesEffect = noted.remark !== undefined && ranksAsSent(noted.status) && !ranksAsSent(message.status);
  return [
    changed(noted, event),
    ...(takesEffect && noted.remark !== undefined ? remark(docs, noted.remark, event.at) : []),
  ];
};

/** A wish about another message: kept where its own message would be, until it is sent. */
const askRemark = (docs: MessagesDocs, event: OwnRemark): Changes => {
  const said = saidBy(event);
  const [id = ''] = messageIds(event.account, event.data, true);
  const known = docs('messages', id);
  if (known?.remark !== undefined || (known !== null && isSeen(known))) return [];
  const doc = withStatus({ _id: id, ...known, remark: said }, 'queued');
  const effect = ranksAsSent(doc.status) ? remark(docs, said, event.at) : [];
  return [{ collection: 'messages', doc }, ...effect];
};

const evolve = (docs: MessagesDocs, event: Recorded<WildcatEvent>): Changes => {
  const { account, gen } = event;
  const born: TotalsDoc = { _id: account, gen, deleted: false, messages: 0 };
  const known = docs('totals', account);
  const isDead = known !== null && (gen < known.gen || (gen === known.gen && known.deleted));
  if (isDead) return [];
  const totals = known === null || gen > known.gen ? born : known;
  if (event.type === 'account.created') return [{ collection: 'totals', doc: totals }];
  if (event.type === 'account.deleted') return [{ collection: 'totals', doc: { ...born, deleted: true } }];
  if (event.type === 'identity.linked') return link(docs, { account, ...event.data });
  if (isOwnRemark(event)) return askRemark(docs, event);
  if (isArrival(event)) {
    const links = firstLink(docs, account, event.data.chat);
    return [...links, ...arrive(after(docs, links), totals, event)];
  }
  if (isProgress(event)) return progress(docs, event);
  return isRemark(event) ? remark(docs, saidBy(event), event.at) : [];
};

const touches = (event: Recorded<WildcatEvent>): Ref<Messages>[] => {
  const { account } = event;
  const totals: Ref<Messages> = { collection: 'totals', id: account };
  if (event.type === 'identity.linked')
    return [totals, chatRef(account, keyOf(event.data.lid)), chatRef(account, keyOf(event.data.pn))];
  if (isOwnRemark(event)) {
    const own = messageIds(account, event.data, true).map((id) => messageRef(id));
    return [totals, ...own, ...targetRefs(saidBy(event))];
  }
  if (isRemark(event)) return [totals, ...targetRefs(saidBy(event))];
  if (isProgress(event)) return [totals, ...aboutIds(event).map(messageRef)];
  if (!isArrival(event)) return [totals];
  const chats = addressKeys(event.data.chat).map((key) => chatRef(account, key));
  return [totals, ...aboutIds(event).map(messageRef), ...chats];
};

const pointsTo = (doc: Messages[keyof Messages]): Ref<Messages>[] => {
  if ('into' in doc) return [chatRef(doc.account, doc.into), chatRef(doc.account, doc.lid)];
  return 'remark' in doc && doc.remark !== undefined ? targetRefs(doc.remark) : [];
};

/**
 * Messages, the chats they are in and how many there are, folded together so that a count rises only when a message
 * was not there before.
 */
export const messagesProjection: Projection<Messages> = {
  name: 'messages',
  version: 1,
  aggregates: ['account', 'message', 'poll', 'identity'],
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
  sweeps: (event) =>
    event.type === 'account.deleted'
      ? [
          { collection: 'messages', idPrefix: `${event.account}/` },
          { collection: 'chats', idPrefix: `${event.account}/` },
        ]
      : [],
};
