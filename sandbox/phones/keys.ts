import type { proto } from '@whiskeysockets/baileys';
import type { Domain } from '../protocol/jid.ts';
import { isFanOut } from '../server/fan-out.ts';
import type { DisplayedMessage } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import { addressOf, resolve, type World } from '../server/world.ts';
import { findShown } from './display.ts';

/** How a phone names a person by number; what is nobody's number (a group's jid) stays what it is. */
export const nameOf = (world: World, number: string, domain: Domain): string => {
  const phone = world.state.phones.get(number);
  return phone === undefined ? number : addressOf({ phone, device: 0 }, domain);
};

/** The key by which a phone refers to a message it shows. */
export const keyOf = (world: World, message: DisplayedMessage, domain: Domain): proto.IMessageKey => ({
  remoteJid: nameOf(world, message.chat, domain),
  fromMe: message.fromMe,
  id: message.id,
  ...(isFanOut(message.chat) && { participant: nameOf(world, message.from, domain) }),
});

/** Where and from whom something came: a number or the jid of a group, and a number. */
export interface Origin {
  readonly chat: string;
  readonly from: string;
}

/**
 * The shown message that another one refers to, if it is of the same chat. `fromMe` and jids in a key are as its
 * sender saw them, so both sides of the chat and a named participant are tried.
 */
export const findByKey = (
  world: World,
  phone: Phone,
  { chat, from }: Origin,
  key: proto.IMessageKey | null | undefined,
): DisplayedMessage | undefined => {
  const participant = resolve(world, key?.participant ?? undefined)?.phone.number;
  for (const author of [from, phone.number, chat, participant]) {
    const found = author === undefined ? undefined : findShown(phone, author, key?.id ?? '');
    if (found?.chat === chat) return found;
  }
  return undefined;
};
