import { findGroup } from '../server/groups/world.ts';
import type { MessageStatus, Phone } from '../server/state.ts';
import { changed, nextSequence, type World } from '../server/world.ts';
import { findShown, raiseStatus } from './display.ts';

interface GroupReceipt {
  readonly id: string;
  /** The number of who got or read it. */
  readonly reader: string;
  readonly status: Exclude<MessageStatus, 'sent'>;
}

/** Notes that one of many got or read an own message; the ticks rise once all members of the group did. */
export const raiseGroupStatus = (world: World, phone: Phone, { id, reader, status }: GroupReceipt): void => {
  const message = findShown(phone, phone.number, id);
  if (message === undefined || reader === phone.number) return;
  message.receipts ??= {};
  if (message.receipts[reader] === 'read' || message.receipts[reader] === status) return;
  message.receipts[reader] = status;
  message.sequence = nextSequence(world);
  const others = [...(findGroup(world, message.chat)?.participants.keys() ?? [])].filter(
    (number) => number !== phone.number,
  );
  const { receipts } = message;
  if (others.length > 0 && others.every((number) => receipts[number] !== undefined)) {
    const all = others.every((number) => receipts[number] === 'read');
    raiseStatus(world, phone, id, all ? 'read' : 'delivered');
  }
  changed(world);
};
