import { type BinaryNode, child, children, node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { isFanOut } from './fan-out.ts';
import { take } from './mailbox.ts';
import type { ReceiptRecord } from './state.ts';
import { strikes } from './trouble.ts';
import {
  addressOf,
  changed,
  companionOf,
  type DeviceRef,
  deviceKey,
  devicesOf,
  domainOf,
  nextSequence,
  resolve,
  seconds,
  unlessHeld,
  type World,
} from './world.ts';

/** Receipts that concern the companion and its own phone only. */
const PRIVATE = new Set(['sender', 'peer_msg', 'hist_sync', 'read-self']);
/** Receipts that ask one device for something. */
const QUESTIONS = new Set(['retry', 'server-error']);
const READ = new Set(['read', 'read-self', 'played']);

const kindOf = (type: string | undefined): ReceiptRecord['kind'] => {
  if (type === 'retry') return 'retry';
  return READ.has(type ?? '') ? 'read' : 'receipt';
};

const record = (
  world: World,
  sender: DeviceRef,
  stanza: BinaryNode,
  what: Pick<ReceiptRecord, 'kind' | 'id'>,
) => {
  companionOf(sender)?.receipts.push({
    sequence: nextSequence(world),
    at: world.now(),
    device: sender.device,
    ...what,
    to: stanza.attrs.to ?? stanza.attrs.recipient,
    type: stanza.attrs.type,
    error: stanza.attrs.error,
  });
  changed(world);
};

/** Notes what a companion says it got, and strikes it off its mailbox; a retry alone strikes nothing off. */
const settle = (world: World, sender: DeviceRef, stanza: BinaryNode, ids: readonly string[]): boolean => {
  const companion = companionOf(sender);
  const { trouble } = sender.phone;
  if (companion === undefined) return true;
  const kind = kindOf(stanza.attrs.type);
  const lost = kind === 'receipt' && strikes(trouble, 'loseReceipts');
  for (const id of ids) {
    if (kind === 'receipt' && !lost) take(companion.mailbox, 'message', id);
    record(world, sender, stanza, { kind: lost ? 'lost' : kind, id });
  }
  return !lost;
};

const forward = (world: World, sender: DeviceRef, stanza: BinaryNode) => {
  const { to, type, participant } = stanza.attrs;
  // in a chat of many it is for the one who wrote
  const author = isFanOut(to) ? participant : to;
  const target = resolve(world, author);
  if (target === undefined || PRIVATE.has(type ?? '')) return;
  const copy: BinaryNode = {
    ...stanza,
    attrs: node('receipt', {
      from: author === to ? addressOf(sender, domainOf(to)) : to,
      participant: author === to ? undefined : addressOf(sender, domainOf(author)),
      id: stanza.attrs.id,
      type,
      t: stanza.attrs.t ?? seconds(world),
      recipient: stanza.attrs.recipient,
    }).attrs,
  };
  const question = QUESTIONS.has(type ?? '');
  for (const device of question ? [target] : devicesOf(target.phone)) {
    const hold = device.device === 0 || question ? undefined : device.phone.trouble.receipts;
    unlessHeld(world, hold, () => deliver(world, device, copy));
  }
};

/** Takes a receipt from a device, acks it, and tells the sender of the message. */
export const routeReceipt = (world: World, sender: DeviceRef, stanza: BinaryNode): void => {
  const { id, to, type, participant } = stanza.attrs;
  const more = children(child(stanza, 'list'), 'item').map((item) => item.attrs.id);
  const ids = [id, ...more].filter((one) => one !== undefined);
  if (!settle(world, sender, stanza, ids)) return;
  world.connections
    .get(deviceKey(sender))
    ?.send(node('ack', { class: 'receipt', id, from: to, type, participant, t: seconds(world) }));
  forward(world, sender, stanza);
};

/** Takes a companion's ack of anything that was pushed to it; one with an error is a refused message (nack). */
export const routeAck = (world: World, sender: DeviceRef, stanza: BinaryNode): void => {
  const { id, class: tag, error } = stanza.attrs;
  const companion = companionOf(sender);
  if (companion === undefined || id === undefined || tag === undefined) return;
  take(companion.mailbox, tag, id);
  if (tag === 'message') record(world, sender, stanza, { kind: error === undefined ? 'ack' : 'nack', id });
};
