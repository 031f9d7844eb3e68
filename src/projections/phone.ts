import type { CallEvent } from '../events/calls.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { type Address, keyOf } from '../events/ids.ts';
import type { LabelEvent } from '../events/labels.ts';
import { sameAddress } from './addresses.ts';
import { atDeletion, isLate, type LifeDoc, lifeAfter } from './lives.ts';
import type { Change, Docs, Projection, Ref } from './projection.ts';

/** A call and what became of it. `timestamp` and `endedAt` in unix seconds. */
type CallDoc = Readonly<{
  _id: string;
  account: string;
  callId: string;
  chat: Address;
  from: Address;
  isVideo: boolean;
  isGroup: boolean;
  timestamp: number;
  seq: number;
  status: 'ringing' | 'accepted' | 'rejected' | 'missed' | 'ended';
  endedAt?: number;
}>;

/** A label, and what it sticks on. One that is only known from there has no name yet. */
type LabelDoc = Readonly<{
  _id: string;
  account: string;
  labelId: string;
  name?: string;
  color?: number;
  chats: readonly Address[];
  messages: readonly Readonly<{ chat: Address; messageId: string }>[];
}>;

export type Phone = { calls: CallDoc; labels: LabelDoc; phones: LifeDoc };
type Changes = readonly Change<Phone>[];

const CALLS = {
  'call.offered': 'ringing',
  'call.accepted': 'accepted',
  'call.rejected': 'rejected',
  'call.missed': 'missed',
  'call.ended': 'ended',
} as const satisfies Record<CallEvent['type'], CallDoc['status']>;

const isCall = (event: Recorded<WildcatEvent>): event is Recorded<CallEvent> =>
  event.type.startsWith('call.');
const isLabel = (event: Recorded<WildcatEvent>): event is Recorded<LabelEvent> =>
  event.type.startsWith('label.');

const callId = ({ account, data }: Recorded<CallEvent>): string =>
  `${account}/${keyOf(data.chat.jid)}/${data.callId}`;
const labelId = ({ account, data }: Recorded<LabelEvent>): string => `${account}/${data.labelId}`;

const call = (docs: Docs<Phone>, event: Recorded<CallEvent>): Changes => {
  const { account, seq, type, data } = event;
  const { timestamp, ...about } = data;
  const known = docs('calls', callId(event));
  const status = CALLS[type];
  // that it was answered, turned down or missed says more than that it is over; and ringing comes first
  const isOver = known !== null && known.status !== 'ringing' && (status === 'ended' || status === 'ringing');
  const doc: CallDoc = {
    ...(known ?? { _id: callId(event), account, ...about, timestamp, seq }),
    status: isOver ? known.status : status,
    ...(status === 'ringing' || status === 'accepted' ? {} : { endedAt: known?.endedAt ?? timestamp }),
  };
  return [{ collection: 'calls', doc }];
};

const label = (docs: Docs<Phone>, event: Recorded<LabelEvent>): Changes => {
  const _id = labelId(event);
  const { account, data } = event;
  const known = docs('labels', _id) ?? { _id, account, labelId: data.labelId, chats: [], messages: [] };
  switch (event.type) {
    case 'label.saved':
      return [{ collection: 'labels', doc: { ...known, name: event.data.name, color: event.data.color } }];
    case 'label.deleted':
      return [{ collection: 'labels', id: _id, doc: null }];
    default: {
      const { chat, messageId } = event.data;
      const chats = known.chats.filter((one) => messageId !== undefined || !sameAddress(one, chat));
      const messages = known.messages.filter(
        (one) => one.messageId !== messageId || !sameAddress(one.chat, chat),
      );
      const rest = { ...known, chats, messages };
      if (event.type === 'label.detached') return [{ collection: 'labels', doc: rest }];
      const more =
        messageId === undefined
          ? { chats: [...chats, chat] }
          : { messages: [...messages, { chat, messageId }] };
      return [{ collection: 'labels', doc: { ...rest, ...more } }];
    }
  }
};

const touches = (event: Recorded<WildcatEvent>): Ref<Phone>[] => [
  { collection: 'phones', id: event.account },
  ...(isCall(event) ? [{ collection: 'calls' as const, id: callId(event) }] : []),
  ...(isLabel(event) ? [{ collection: 'labels' as const, id: labelId(event) }] : []),
];

const evolve = (docs: Docs<Phone>, event: Recorded<WildcatEvent>): Changes => {
  if (isLate(docs('phones', event.account), event)) return [];
  const life = lifeAfter(event);
  if (life !== null) return [{ collection: 'phones', doc: life }];
  if (isCall(event)) return call(docs, event);
  return isLabel(event) ? label(docs, event) : [];
};

/** What an account's phone shows beside its chats: calls and labels. */
export const phoneProjection: Projection<Phone> = {
  name: 'phone',
  version: 1,
  aggregates: ['account', 'call', 'label'],
  collections: { calls: [{ account: 1, timestamp: -1, seq: -1 }], labels: [{ account: 1 }], phones: [] },
  touches,
  evolve,
  sweeps: atDeletion('calls', 'labels'),
};
