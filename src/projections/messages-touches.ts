import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { keyOf } from '../events/ids.ts';
import { addressKeys } from './addresses.ts';
import { chatNews } from './chat-state.ts';
import { isMark, markedIds } from './marks.ts';
import { messageIds } from './message-doc.ts';
import { aboutIds, isArrival, isOwnRemark, isProgress, isRemark, saidBy } from './message-fold.ts';
import { chatRef, type Messages, messageRef } from './messages-model.ts';
import { carrierIds } from './placeholders.ts';
import type { Ref } from './projection.ts';
import { targetRefs } from './remarks.ts';

const OTHERS: readonly string[] = [
  ...['account.created', 'account.deleted', 'account.paired', 'identity.linked'],
  'message.receipt_received',
];

/** Whether an event changes anything here: attempts and the comings and goings of connections do not. */
export const isFolded = (event: Recorded<WildcatEvent>): boolean =>
  OTHERS.includes(event.type) ||
  isArrival(event) ||
  isOwnRemark(event) ||
  isProgress(event) ||
  isRemark(event) ||
  isMark(event) ||
  chatNews(event) !== null;

/** The documents that an event is about. */
export const touches = (event: Recorded<WildcatEvent>): Ref<Messages>[] => {
  if (!isFolded(event)) return [];
  const { account } = event;
  const totals: Ref<Messages> = { collection: 'totals', id: account };
  if (event.type === 'identity.linked')
    return [totals, chatRef(account, keyOf(event.data.lid)), chatRef(account, keyOf(event.data.pn))];
  if (isOwnRemark(event)) {
    const own = messageIds(account, event.data, true).map(messageRef);
    return [totals, ...own, ...targetRefs(saidBy(event))];
  }
  if (isRemark(event)) return [totals, ...carrierIds(event).map(messageRef), ...targetRefs(saidBy(event))];
  if (isMark(event)) return [totals, ...markedIds(event).map(messageRef)];
  if (isProgress(event) || event.type === 'message.receipt_received')
    return [totals, ...aboutIds(event).map(messageRef)];
  if (!('chat' in event.data)) return [totals];
  const chats = addressKeys(event.data.chat).map((key) => chatRef(account, key));
  return [totals, ...(isArrival(event) ? aboutIds(event).map(messageRef) : []), ...chats];
};

/** The documents that a document names. */
export const pointsTo = (doc: Messages[keyof Messages]): Ref<Messages>[] => {
  if ('into' in doc) return [chatRef(doc.account, doc.into), chatRef(doc.account, doc.lid)];
  if ('remark' in doc && doc.remark !== undefined) return targetRefs(doc.remark);
  return 'timer' in doc ? addressKeys(doc.chatAddress).map((key) => chatRef(doc.account, key)) : [];
};
