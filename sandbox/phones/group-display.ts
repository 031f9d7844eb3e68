import { findGroup } from '../server/groups/world.ts';
import type { MessageStatus } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { amend, findShown, raiseStatus } from './display.ts';

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
  const before = message.receipts?.[reader];
  if (before === 'read' || before === status) return;
  const receipts = { ...message.receipts, [reader]: status };
  amend(world, phone, message, { receipts });
  const others = [...(findGroup(world, message.chat)?.participants.keys() ?? [])].filter(
    (number) => number !== phone.number,
  );
  if (others.length > 0 && others.every((number) => receipts[number] !== undefined)) {
    const all = others.every((number) => receipts[number] === 'read');
    raiseStatus(world, phone, id, all ? 'read' : 'delivered');
  }
};
