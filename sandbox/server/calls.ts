import { type BinaryNode, children, node } from '../protocol/node.ts';
import { randomHex } from '../protocol/random.ts';
import type { Connection } from './connection.ts';
import { deliver } from './delivery.ts';
import type { Phone } from './state.ts';
import { addressOf, changed, later, nextSequence, seconds, type World } from './world.ts';

type CallStatus = 'ringing' | 'accepted' | 'rejected' | 'missed' | 'ended';

/** A call from one phone to another; nobody ever hears anything. */
export interface Call {
  sequence: number;
  readonly id: string;
  readonly at: number;
  /** Numbers. */
  readonly from: string;
  readonly to: string;
  readonly video: boolean;
  status: CallStatus;
}

const creatorOf = (world: World, call: Call): Phone | undefined => world.state.phones.get(call.from);

/** Gives the companions of the one who is called a word about a call (messages-recv.js, handleCall). */
const tell = (world: World, call: Call, inner: BinaryNode): void => {
  const called = world.state.phones.get(call.to);
  const creator = creatorOf(world, call);
  if (called === undefined || creator === undefined) return;
  const from = addressOf({ phone: creator, device: 0 }, creator.behaviour.addressing);
  const attrs = {
    'call-id': call.id,
    'call-creator': from,
    caller_pn: addressOf({ phone: creator, device: 0 }, 's.whatsapp.net'),
    ...inner.attrs,
  };
  for (const device of called.companions.keys()) {
    const id = randomHex(world.random, 8);
    const stanza = node('call', { from, id, t: seconds(world), notify: creator.name }, [
      node(inner.tag, attrs, children(inner)),
    ]);
    deliver(world, { phone: called, device }, stanza);
  }
};

const move = (world: World, call: Call, status: CallStatus): void => {
  call.status = status;
  call.sequence = nextSequence(world);
  changed(world);
};

/** Rings at a phone and its companions, so many milliseconds; who is blocked rings nowhere. */
export const startCall = (
  world: World,
  from: Phone,
  to: Phone,
  { video, ringFor }: { readonly video: boolean; readonly ringFor: number },
): Call => {
  const call: Call = {
    sequence: nextSequence(world),
    id: randomHex(world.random, 16),
    at: world.now(),
    from: from.number,
    to: to.number,
    video,
    status: 'ringing',
  };
  world.state.calls.set(call.id, call);
  if (!to.privacy.blocked.has(from.number)) {
    tell(
      world,
      call,
      node('offer', {}, [node('audio', { enc: 'opus', rate: '16000' }), ...(video ? [node('video')] : [])]),
    );
  }
  later(world, ringFor, () => {
    if (call.status !== 'ringing') return;
    move(world, call, 'missed');
    tell(world, call, node('terminate', { reason: 'timeout' }));
  });
  changed(world);
  return call;
};

/** Answers a call on the phone that is called, or ends it on either side; false when it is over already. */
export const endCall = (world: World, call: Call, how: 'accept' | 'reject' | 'hangup'): boolean => {
  if (call.status !== 'ringing' && !(call.status === 'accepted' && how === 'hangup')) return false;
  const rang = call.status === 'ringing';
  if (how === 'accept') {
    move(world, call, 'accepted');
    tell(world, call, node('accept'));
    return true;
  }
  const missed = rang && how === 'hangup';
  const status = how === 'reject' ? 'rejected' : 'ended';
  move(world, call, missed ? 'missed' : status);
  tell(
    world,
    call,
    how === 'reject' ? node('reject') : node('terminate', missed ? {} : { reason: 'hangup' }),
  );
  return true;
};

/** A companion rejects a call (`rejectCall`); answered, and told to the caller and the other companions. */
export const acceptCall = (world: World, connection: Connection, stanza: BinaryNode): void => {
  const [inner] = children(stanza);
  const call = world.state.calls.get(inner?.attrs['call-id'] ?? '');
  const number = connection.device?.phone.number;
  const { id, to } = stanza.attrs;
  connection.send(node('ack', { class: 'call', id, from: to, type: inner?.tag }));
  if (call?.to === number && call !== undefined && inner?.tag === 'reject') endCall(world, call, 'reject');
};
