import { findGroup } from '../server/groups/world.ts';
import type { MessageStatus } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { amend, findShown, RANK, raiseStatus } from './display.ts';

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
  if (before !== undefined && RANK[before] >= RANK[status]) return;
  const receipts = { ...message.receipts, [reader]: status };
  amend(world, phone, message, { receipts });
  const others = [...(findGroup(world, message.chat)?.participants.keys() ?? [])].filter(
    (number) => number !== phone.number,
  );
  const least = others
    .map((number) => receipts[number] ?? 'sent')
    .reduce<MessageStatus>((low, one) => (RANK[one] < RANK[low] ? one : low), 'played');
  if (others.length > 0) raiseStatus(world, phone, id, least);
};
