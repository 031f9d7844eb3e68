import { type BinaryNode, node } from '../protocol/node.ts';
import { redeliver } from './delivery.ts';
import { isFanOut } from './fan-out.ts';
import type { Phone } from './state.ts';
import { addressOf, changed, type DeviceRef, domainOf, otherDomain, resolve, type World } from './world.ts';

/** A device under `{name}` as the other domain calls it, and as this one does under `{prefix}_pn` or `{prefix}_lid`. */
const swapped = (device: DeviceRef, jid: string, names: readonly [string, string]) => {
  const [name, prefix] = names;
  const domain = otherDomain(domainOf(jid));
  const alternate = addressOf({ ...device, device: 0 }, otherDomain(domain));
  return {
    [name]: addressOf(device, domain),
    [`${prefix}_${domain === 'lid' ? 'pn' : 'lid'}`]: alternate,
    [`${prefix}_${domain === 'lid' ? 'lid' : 'pn'}`]: undefined,
  };
};

/** The same message under the other names of those in it: LIDs for phone numbers, or the other way round. */
const underOtherNames = (world: World, stanza: BinaryNode): BinaryNode => {
  const { from = '', participant = '', recipient } = stanza.attrs;
  const many = isFanOut(from);
  const sender = resolve(world, many ? participant : from);
  if (sender === undefined) return stanza;
  const names = many
    ? { ...swapped(sender, participant, ['participant', 'participant']) }
    : swapped(sender, from, recipient === undefined ? ['from', 'sender'] : ['from', 'own']);
  const domain = otherDomain(domainOf(many ? participant : from));
  const other = resolve(world, recipient);
  const to =
    other === undefined || recipient === undefined
      ? {}
      : swapped(other, recipient, ['recipient', 'peer_recipient']);
  const mode = many ? { addressing_mode: domain === 'lid' ? 'lid' : 'pn' } : {};
  const attrs = { ...stanza.attrs, ...names, ...to, ...mode, own_pn: undefined, own_lid: undefined };
  return node(stanza.tag, attrs, stanza.content);
};

/**
 * Puts the messages a companion has not answered under the other names of their senders, and pushes them again to
 * companions that are connected; gives how many it changed.
 */
export const readdress = (world: World, phone: Phone, ids?: readonly string[]): number => {
  let count = 0;
  for (const { device, mailbox } of phone.companions.values()) {
    for (const [sequence, stanza] of mailbox.stanzas) {
      if (stanza.tag !== 'message' || ids?.includes(stanza.attrs.id ?? '') === false) continue;
      mailbox.stanzas.set(sequence, underOtherNames(world, stanza));
      count += 1;
    }
    redeliver(world, { phone, device }, ids);
  }
  changed(world);
  return count;
};
