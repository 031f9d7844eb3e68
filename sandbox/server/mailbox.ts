import type { BinaryNode } from '../protocol/node.ts';

/**
 * Stanzas for a companion that it has not yet answered, in order. An answer names class and id; two stanzas may share
 * both (a message sent again, a delivery and a read receipt): the oldest is meant then.
 */
export interface Mailbox {
  readonly stanzas: Map<number, BinaryNode>;
  readonly byId: Map<string, number[]>;
}

export const makeMailbox = (): Mailbox => ({ stanzas: new Map(), byId: new Map() });

const keyOf = (tag: string, id: string) => `${tag} ${id}`;

/** Puts a stanza at the end; `sequence` must rise. */
export const put = (mailbox: Mailbox, sequence: number, stanza: BinaryNode): void => {
  mailbox.stanzas.set(sequence, stanza);
  const key = keyOf(stanza.tag, stanza.attrs.id ?? '');
  const same = mailbox.byId.get(key);
  if (same === undefined) mailbox.byId.set(key, [sequence]);
  else same.push(sequence);
};

/** Takes out the oldest stanza of that class and id; false if there is none. */
export const take = (mailbox: Mailbox, tag: string, id: string): boolean => {
  const key = keyOf(tag, id);
  const same = mailbox.byId.get(key);
  const oldest = same?.shift();
  if (oldest === undefined) return false;
  if (same?.length === 0) mailbox.byId.delete(key);
  return mailbox.stanzas.delete(oldest);
};
