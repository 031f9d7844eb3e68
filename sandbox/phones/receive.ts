import { proto } from '@whiskeysockets/baileys';
import { type BinaryNode, bytes, child, children, node } from '../protocol/node.ts';
import { isFanOut } from '../server/fan-out.ts';
import { isNewsletter } from '../server/newsletters.ts';
import { routeReceipt } from '../server/receipts.ts';
import type { Arrival, Phone } from '../server/state.ts';
import {
  changed,
  type DeviceRef,
  deviceKey,
  later,
  nextSequence,
  resolve,
  seconds,
  type World,
} from '../server/world.ts';
import { decryptFromChat, learnSenderKey } from '../signal/groups.ts';
import { decryptFrom } from '../signal/records.ts';
import { OldCounterError } from '../signal/session.ts';
import { catchUp } from './app-state/follow.ts';
import { unpad } from './content.ts';
import { findShown, raiseStatus } from './display.ts';
import { raiseGroupStatus } from './group-display.ts';
import { showNotice } from './notices.ts';
import { answerRequest } from './peer-requests.ts';
import { askAgain, sendAgain } from './retry.ts';
import { answerMediaRetry } from './reupload.ts';
import { takeIn } from './take-in.ts';

/** Whether a stanza comes from a chat of many. */
const chatOf = ({ attrs: { from } }: BinaryNode) => (isFanOut(from) ? from : undefined);

const encryptionOf = (enc: BinaryNode): 'pkmsg' | 'msg' => {
  const { type } = enc.attrs;
  if (type !== 'pkmsg' && type !== 'msg') throw new Error(`unknown encryption ${type}`);
  return type;
};

const decrypt = (world: World, phone: Phone, { stanza, sender, enc }: Envelope): proto.Message => {
  const chat = chatOf(stanza);
  if (enc.attrs.type === 'skmsg' && chat !== undefined) {
    const { groups } = phone.signal;
    const opened = decryptFromChat(groups, chat, deviceKey(sender), bytes(enc) ?? Buffer.alloc(0));
    return proto.Message.decode(unpad(opened));
  }
  const ciphertext = { type: encryptionOf(enc), body: bytes(enc) ?? Buffer.alloc(0) };
  const padded = decryptFrom(phone.signal, deviceKey(sender), ciphertext, world.random);
  const message = proto.Message.decode(unpad(padded));
  const told = message.senderKeyDistributionMessage;
  if (told?.groupId && told.axolotlSenderKeyDistributionMessage) {
    const key = told.axolotlSenderKeyDistributionMessage;
    learnSenderKey(phone.signal.groups, told.groupId, deviceKey(sender), key);
  }
  return message;
};

const note = (world: World, phone: Phone, arrival: Omit<Arrival, 'sequence' | 'at'>) => {
  phone.arrivals.push({ sequence: nextSequence(world), at: world.now(), ...arrival });
  changed(world);
};

const receipt = (world: World, phone: Phone, stanza: BinaryNode, type: string | undefined) => {
  const { id, from, participant, recipient } = stanza.attrs;
  const receiptNode = node('receipt', { id, to: from, participant, type, recipient, t: seconds(world) });
  routeReceipt(world, { phone, device: 0 }, receiptNode);
};

interface Incoming {
  readonly stanza: BinaryNode;
  readonly sender: DeviceRef;
}
interface Envelope extends Incoming {
  readonly enc: BinaryNode;
}
interface Received extends Incoming {
  readonly message: proto.Message;
}

/** Shows what a message says or changes in the chat it belongs to; tells whether it is something to read. */
const show = (world: World, phone: Phone, { stanza, sender, message }: Received): boolean => {
  const copy = sender.phone === phone ? message.deviceSentMessage : undefined;
  const inner = copy?.message ?? message;
  const request = inner.protocolMessage?.peerDataOperationRequestMessage;
  if (request && sender.phone === phone) {
    answerRequest(world, sender, request, stanza.attrs.id ?? '');
    return false;
  }
  const other = copy ? resolve(world, copy.destinationJid ?? undefined) : sender;
  const chat = chatOf(stanza) ?? other?.phone.number;
  if (chat === undefined) return false;
  return takeIn(world, phone, {
    id: stanza.attrs.id ?? '',
    chat,
    from: sender.phone.number,
    at: world.now(),
    message: inner,
  });
};

/** Says that a message is here, then, if there is something to, that it was read; a copy gets the receipt of one. */
const answer = (world: World, phone: Phone, { stanza, sender }: Incoming, toRead: boolean) => {
  if (sender.phone === phone) {
    return receipt(world, phone, stanza, stanza.attrs.category === 'peer' ? 'peer_msg' : 'sender');
  }
  const { deliverAfter, readAfter } = phone.behaviour;
  if (deliverAfter === null) return;
  later(world, deliverAfter, () => {
    receipt(world, phone, stanza, undefined);
    if (toRead && readAfter !== null) later(world, readAfter, () => receipt(world, phone, stanza, 'read'));
  });
};

/** Takes one ciphertext; false if it could not be read, and nothing after it can. */
const receiveEnc = (world: World, phone: Phone, { stanza, sender, enc }: Envelope): boolean => {
  const { id = '' } = stanza.attrs;
  const arrival = {
    id,
    from: sender.phone.number,
    device: sender.device,
    encryption: enc.attrs.type,
    retry: enc.attrs.count === undefined ? undefined : Number(enc.attrs.count),
  };
  let message: proto.Message;
  try {
    message = decrypt(world, phone, { stanza, sender, enc });
  } catch (error) {
    note(world, phone, { ...arrival, error: error instanceof Error ? error.message : String(error) });
    // a message key used before is a repeat: answered if it is shown, and never asked for again
    if (!(error instanceof OldCounterError)) askAgain(world, phone, stanza);
    else if (findShown(phone, sender.phone.number, id)) answer(world, phone, { stanza, sender }, true);
    return false;
  }
  // only the key for what follows
  if (enc.attrs.type !== 'skmsg' && child(stanza, 'enc') !== children(stanza, 'enc').at(-1)) return true;
  note(world, phone, { ...arrival, error: undefined });
  answer(world, phone, { stanza, sender }, show(world, phone, { stanza, sender, message }));
  return true;
};

/** Shows a post of a channel; nobody is told that it was read. */
const receivePost = (world: World, phone: Phone, stanza: BinaryNode) => {
  const { from = '', id = '' } = stanza.attrs;
  const message = proto.Message.decode(bytes(child(stanza, 'plaintext')) ?? Buffer.alloc(0));
  takeIn(world, phone, { id, chat: from, from, at: world.now(), message });
};

const receiveMessage = (world: World, phone: Phone, stanza: BinaryNode) => {
  if (isNewsletter(stanza.attrs.from)) return receivePost(world, phone, stanza);
  const sender = resolve(world, stanza.attrs.participant ?? stanza.attrs.from);
  if (sender === undefined) return;
  children(stanza, 'enc').every((enc) => receiveEnc(world, phone, { stanza, sender, enc }));
};

const noteReceipt = (world: World, phone: Phone, stanza: BinaryNode, id: string) => {
  const { type, participant } = stanza.attrs;
  const status = type === 'read' || type === 'played' ? type : 'delivered';
  const reader = resolve(world, participant)?.phone.number;
  if (chatOf(stanza) === undefined || reader === undefined) raiseStatus(world, phone, id, status);
  else raiseGroupStatus(world, phone, { id, reader, status });
};

const receiveReceipt = (world: World, phone: Phone, stanza: BinaryNode) => {
  const { id, type } = stanza.attrs;
  const more = children(children(stanza)[0], 'item').map((item) => item.attrs.id);
  if (type === 'retry') return sendAgain(world, phone, stanza);
  if (type === 'server-error') return answerMediaRetry(world, phone, stanza);
  for (const one of [id, ...more]) {
    if (one !== undefined) noteReceipt(world, phone, stanza, one);
  }
};

/** What a phone does with a stanza the server hands it. */
export const receive = (world: World, phone: Phone, stanza: BinaryNode): void => {
  if (stanza.tag === 'message') receiveMessage(world, phone, stanza);
  else if (stanza.tag === 'receipt') receiveReceipt(world, phone, stanza);
  else if (stanza.attrs.type === 'w:gp2') showNotice(world, phone, stanza);
  else if (stanza.attrs.type === 'server_sync') {
    catchUp(world, phone, child(stanza, 'collection')?.attrs.name ?? '');
  }
};

/** Switches a phone on or off; what it missed reaches it when it comes back. */
export const setOnline = (world: World, phone: Phone, online: boolean): void => {
  phone.behaviour.online = online;
  if (!online) return;
  for (const stanza of phone.missed.splice(0)) receive(world, phone, stanza);
};
