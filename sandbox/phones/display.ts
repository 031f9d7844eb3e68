import type { DisplayedMessage, MessageStatus } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import { changed, nextSequence, resolve, type World } from '../server/world.ts';

/** How far a message has come; it never goes back. */
export const RANK: Readonly<Record<MessageStatus, number>> = { sent: 0, delivered: 1, read: 2, played: 3 };

const keyOf = (from: string, id: string) => `${from}/${id}`;

/** Mentions as numbers; a jid nobody has stays. */
const numbersOf = (world: World, jids: readonly string[]) =>
  jids.map((jid) => resolve(world, jid)?.phone.number ?? jid);

/** Shows a message (mentions as jids) unless that id of that person is shown already; tells whether it did. */
export const display = (
  world: World,
  phone: Phone,
  message: Omit<DisplayedMessage, 'sequence' | 'fromMe' | 'status' | 'edited' | 'reactions'>,
): boolean => {
  const key = keyOf(message.from, message.id);
  if (phone.shown.has(key)) return false;
  const fromMe = message.from === phone.number;
  phone.shown.set(key, phone.messages.length);
  phone.messages.push({
    ...message,
    mentions: numbersOf(world, message.mentions),
    fromMe,
    edited: false,
    reactions: [],
    sequence: nextSequence(world),
    status: fromMe && message.kind !== 'notice' ? 'sent' : undefined,
  });
  changed(world);
  return true;
};

/** A shown message by its id, whoever sent it. */
export const findShown = (phone: Phone, from: string, id: string): DisplayedMessage | undefined => {
  const at = phone.shown.get(keyOf(from, id));
  return at === undefined ? undefined : phone.messages[at];
};

/** Shows a message otherwise than before (mentions as jids), under a new sequence. */
export const amend = (
  world: World,
  phone: Phone,
  message: DisplayedMessage,
  change: Partial<DisplayedMessage>,
): void => {
  const at = phone.shown.get(keyOf(message.from, message.id));
  const current = at === undefined ? undefined : phone.messages[at];
  if (at === undefined || current === undefined) return;
  const mentions = change.mentions === undefined ? {} : { mentions: numbersOf(world, change.mentions) };
  phone.messages[at] = { ...current, ...change, ...mentions, sequence: nextSequence(world) };
  changed(world);
};

/** Raises the ticks of an own message; they never fall back. */
export const raiseStatus = (world: World, phone: Phone, id: string, status: MessageStatus): void => {
  const message = findShown(phone, phone.number, id);
  if (message?.status === undefined || RANK[message.status] >= RANK[status]) return;
  amend(world, phone, message, { status });
};

/** What a person looking at the phone at that time sees: messages that have disappeared, or were deleted with their chat, are left out. */
export const visible = (phone: Phone, now: number, after = 0): DisplayedMessage[] =>
  phone.messages.filter(
    ({ sequence, at, expiration, kind, chat }) =>
      sequence > after &&
      Math.floor(at / 1_000) > (phone.gone.get(chat) ?? 0) &&
      (expiration === undefined || kind === 'disappearing' || at + expiration * 1000 > now),
  );
