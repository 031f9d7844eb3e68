import { SERVER_JID } from '../protocol/jid.ts';
import { node } from '../protocol/node.ts';
import { takeBundle } from '../signal/records.ts';
import type { Bundle } from '../signal/session.ts';
import { deliver } from './delivery.ts';
import { notification } from './notification.ts';
import { companionOf, type DeviceRef, type World } from './world.ts';

/** Below this many one-time prekeys the server asks a companion for more (rc14 uploads when it is below 5). */
const LOW = 5;

/** A bundle of a device, its one-time prekey used up; undefined for a device that is not there. */
export const fetchBundle = (world: World, target: DeviceRef): Bundle | undefined => {
  if (target.device === 0) return takeBundle(target.phone.signal, world.random);
  const companion = companionOf(target);
  if (companion === undefined) return undefined;
  const [first] = companion.preKeys;
  if (first !== undefined) companion.preKeys.delete(first[0]);
  if (first !== undefined && companion.preKeys.size === LOW - 1) {
    const count = node('count', { value: String(companion.preKeys.size) });
    deliver(world, target, notification(world, { from: SERVER_JID, type: 'encrypt' }, count));
  }
  return {
    registrationId: companion.registrationId,
    identity: companion.identity,
    signedPreKey: companion.signedPreKey,
    preKey: first === undefined ? undefined : { id: first[0], public: first[1] },
  };
};
