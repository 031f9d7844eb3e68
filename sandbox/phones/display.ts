import type { DisplayedMessage, MessageStatus, Phone } from '../server/state.ts';
import { changed, nextSequence, resolve, type World } from '../server/world.ts';

const RANK: Readonly<Record<MessageStatus, number>> = { sent: 0, delivered: 1, read: 2 };

const keyOf = (from: string, id: string) => `${from}/${id}`;

/** Shows a message (mentions as jids) unless that id of that person is shown already; tells whether it did. */
export const display = (
  world: World,
  phone: Phone,
  message: Omit<DisplayedMessage, 'sequence' | 'fromMe' | 'status'>,
): boolean => {
  const key = keyOf(message.from, message.id);
  if (phone.shown.has(key)) return false;
  const fromMe = message.from === phone.number;
  phone.shown.set(key, phone.messages.length);
  phone.messages.push({
    ...message,
    mentions: message.mentions.map((jid) => resolve(world, jid)?.phone.number ?? jid),
    fromMe,
    sequence: nextSequence(world),
    status: fromMe ? 'sent' : undefined,
  });
  changed(world);
  return true;
};

/** A shown message by its id, whoever sent it. */
export const findShown = (phone: Phone, from: string, id: string): DisplayedMessage | undefined => {
  const at = phone.shown.get(keyOf(from, id));
  return at === undefined ? undefined : phone.messages[at];
};

/** Raises the ticks of an own message; they never fall back. */
export const raiseStatus = (world: World, phone: Phone, id: string, status: MessageStatus): void => {
  const message = findShown(phone, phone.number, id);
  if (message?.status === undefined || RANK[message.status] >= RANK[status]) return;
  message.status = status;
  message.sequence = nextSequence(world);
  changed(world);
};
