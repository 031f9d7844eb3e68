import { proto } from '@whiskeysockets/baileys';
import { type BinaryNode, bytes, children, node } from '../protocol/node.ts';
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
import { decryptFrom } from '../signal/records.ts';
import { OldCounterError } from '../signal/session.ts';
import { unpad } from './content.ts';
import { findShown, raiseStatus } from './display.ts';
import { askAgain, sendAgain } from './retry.ts';
import { takeIn } from './take-in.ts';

const encryptionOf = (enc: BinaryNode): 'pkmsg' | 'msg' => {
  const { type } = enc.attrs;
  if (type !== 'pkmsg' && type !== 'msg') throw new Error(`unknown encryption ${type}`);
  return type;
};

const decrypt = (world: World, phone: Phone, sender: DeviceRef, enc: BinaryNode): proto.Message => {
  const ciphertext = { type: encryptionOf(enc), body: bytes(enc) ?? Buffer.alloc(0) };
  const padded = decryptFrom(phone.signal, deviceKey(sender), ciphertext, world.random);
  return proto.Message.decode(unpad(padded));
};

const note = (world: World, phone: Phone, arrival: Omit<Arrival, 'sequence' | 'at'>) => {
  phone.arrivals.push({ sequence: nextSequence(world), at: world.now(), ...arrival });
  changed(world);
};

const receipt = (world: World, phone: Phone, stanza: BinaryNode, type: string | undefined) => {
  const { id, from, recipient } = stanza.attrs;
  const receiptNode = node('receipt', { id, to: from, type, recipient, t: seconds(world) });
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
  const chat = copy ? resolve(world, copy.destinationJid ?? undefined) : sender;
  if (chat === undefined) return false;
  return takeIn(world, phone, {
    id: stanza.attrs.id ?? '',
    chat: chat.phone.number,
    from: sender.phone.number,
    at: world.now(),
    message: copy?.message ?? message,
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

const receiveEnc = (world: World, phone: Phone, { stanza, sender, enc }: Envelope) => {
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
    message = decrypt(world, phone, sender, enc);
  } catch (error) {
    note(world, phone, { ...arrival, error: error instanceof Error ? error.message : String(error) });
    // a message key used before is a repeat: answered if it is shown, and never asked for again
    if (!(error instanceof OldCounterError)) askAgain(world, phone, stanza);
    else if (findShown(phone, sender.phone.number, id)) answer(world, phone, { stanza, sender }, true);
    return;
  }
  note(world, phone, { ...arrival, error: undefined });
  answer(world, phone, { stanza, sender }, show(world, phone, { stanza, sender, message }));
};

const receiveMessage = (world: World, phone: Phone, stanza: BinaryNode) => {
  const sender = resolve(world, stanza.attrs.from);
  if (sender === undefined) return;
  for (const enc of children(stanza, 'enc')) receiveEnc(world, phone, { stanza, sender, enc });
};

const receiveReceipt = (world: World, phone: Phone, stanza: BinaryNode) => {
  const { id, type } = stanza.attrs;
  const more = children(children(stanza)[0], 'item').map((item) => item.attrs.id);
  if (type === 'retry') return sendAgain(world, phone, stanza);
  for (const one of [id, ...more]) {
    if (one !== undefined) {
      raiseStatus(world, phone, one, type === 'read' || type === 'played' ? 'read' : 'delivered');
    }
  }
};

/** What a phone does with a stanza the server hands it. */
export const receive = (world: World, phone: Phone, stanza: BinaryNode): void => {
  if (stanza.tag === 'message') receiveMessage(world, phone, stanza);
  else if (stanza.tag === 'receipt') receiveReceipt(world, phone, stanza);
};

/** Switches a phone on or off; what it missed reaches it when it comes back. */
export const setOnline = (world: World, phone: Phone, online: boolean): void => {
  phone.behaviour.online = online;
  if (!online) return;
  for (const stanza of phone.missed.splice(0)) receive(world, phone, stanza);
};
