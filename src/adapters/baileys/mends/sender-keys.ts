import { BufferJSON } from '@whiskeysockets/baileys';

/** How the key of a message that was skipped begins in a record: only those have to be mended. */
const SKIPPED = '"senderMessageKeys":[{';

/**
 * A group member's sender key as rc14 can read it. It writes bytes as Node's own JSON has them, and does not know these
 * again where a message came after a later one (libsignal.js, sender-key-record.js): each would have to be asked for
 * anew, and be lost where its sender does not answer.
 */
export const readableSenderKey = (value: unknown): unknown => {
  if (!(value instanceof Uint8Array)) return value;
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  if (!text.includes(SKIPPED)) return value;
  return Buffer.from(JSON.stringify(JSON.parse(text), BufferJSON.replacer));
};
