import { createHmac, hash, randomBytes } from 'node:crypto';
import { isGroup } from '../events/ids.ts';
import type { KeyOwner } from '../ports/idempotency.ts';
import type { MessageKey } from '../ports/session-calls.ts';
import type { Found } from './deps.ts';

// 3EB0 and 18 hex digits: the form that WhatsApp Web gives its ids (Baileys: generateMessageIDV2).
const fromHex = (hex: string): string => `3EB0${hex.slice(0, 18).toUpperCase()}`;

/** A message id that nobody can guess. */
export const randomMessageId = (): string => fromHex(randomBytes(9).toString('hex'));

/**
 * The message id that an Idempotency-Key stands for: always the same one, so that a repeat is recognised by WhatsApp
 * itself at the last. Keyed with a secret, because who can guess an id can ask a sender for the message's content.
 */
export const keyedMessageId = (
  secret: Uint8Array,
  { account, gen }: KeyOwner,
  { key, bodyHash }: Readonly<{ key: string; bodyHash: string }>,
): string =>
  fromHex(
    createHmac('sha256', secret)
      .update(JSON.stringify([account, gen, key, bodyHash]))
      .digest('hex'),
  );

/** sha256 (hex) of what was asked for: equal for equal requests, however their JSON was written. */
export const requestHash = (...parts: readonly unknown[]): string => hash('sha256', JSON.stringify(parts));

/** A stored message as WhatsApp names it in the chat `jid`; null where nobody is known to have written it there. */
export const keyIn = (
  jid: string,
  { waId: id, fromMe, participant }: Pick<Found, 'waId' | 'fromMe' | 'participant'>,
): MessageKey | null => {
  if (isGroup(jid) && !fromMe && participant === null) return null;
  return { id, remoteJid: jid, fromMe, ...(participant === null ? {} : { participant }) };
};
