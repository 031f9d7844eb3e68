import type { BinaryNode } from '../protocol/node.ts';
import { put } from './mailbox.ts';
import { strikes } from './trouble.ts';
import { changed, companionOf, type DeviceRef, deviceKey, nextSequence, type World } from './world.ts';

/** Gives a stanza to a device: at once if it is there, at its next login if not. Unknown devices get nothing. */
export const deliver = (world: World, target: DeviceRef, stanza: BinaryNode): void => {
  if (target.device === 0) {
    if (target.phone.behaviour.online) world.phones.receive(world, target.phone, stanza);
    else target.phone.missed.push(stanza);
    return;
  }
  const companion = companionOf(target);
  if (companion === undefined) return;
  put(companion.mailbox, nextSequence(world), stanza);
  const connection = world.connections.get(deviceKey(target));
  if (connection?.live === true) {
    connection.send(stanza);
    if (stanza.tag === 'message' && strikes(target.phone.trouble, 'duplicate')) connection.send(stanza);
  }
  changed(world);
};

/** Everything a companion has not answered, again and marked `offline`; returns how many. */
export const redeliver = (world: World, target: DeviceRef, ids?: readonly string[]): number => {
  const connection = world.connections.get(deviceKey(target));
  const companion = companionOf(target);
  if (connection === undefined || companion === undefined) return 0;
  let count = 0;
  for (const stanza of companion.mailbox.stanzas.values()) {
    if (ids !== undefined && !ids.includes(stanza.attrs.id ?? '')) continue;
    connection.send({ ...stanza, attrs: { ...stanza.attrs, offline: String(count) } });
    count += 1;
  }
  return count;
};
