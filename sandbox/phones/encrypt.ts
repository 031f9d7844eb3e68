import { type BinaryNode, node } from '../protocol/node.ts';
import { fetchBundle } from '../server/bundles.ts';
import type { Phone } from '../server/state.ts';
import { type DeviceRef, deviceKey, type World } from '../server/world.ts';
import { encryptFor, hasSession, startSession } from '../signal/records.ts';
import type { Bundle } from '../signal/session.ts';
import { pad } from './content.ts';

/** Opens a new session to a device from its bundle (given or fetched); false if it has none. */
export const openTo = (world: World, phone: Phone, target: DeviceRef, given?: Bundle): boolean => {
  const bundle = given ?? fetchBundle(world, target);
  if (bundle === undefined) return false;
  startSession(phone.signal, deviceKey(target), bundle, world.random);
  return true;
};

/** An `enc` node for one device, opening a session if there is none; undefined for a device without keys. */
export const encryptTo = (
  world: World,
  phone: Phone,
  target: DeviceRef,
  { content, count }: { readonly content: Buffer; readonly count?: number },
): BinaryNode | undefined => {
  if (!hasSession(phone.signal, deviceKey(target)) && !openTo(world, phone, target)) return undefined;
  const { type, body } = encryptFor(phone.signal, deviceKey(target), pad(content, world.random));
  return node('enc', { v: '2', type, count: count?.toString() }, body);
};
