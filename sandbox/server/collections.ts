import { proto } from '@whiskeysockets/baileys';
import { SERVER_JID } from '../protocol/jid.ts';
import { node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { notification } from './notification.ts';
import type { AppStatePatch, Phone } from './state.ts';
import { changed, type DeviceRef, devicesOf, type World } from './world.ts';

export const patchesOf = (phone: Phone, name: string): readonly AppStatePatch[] =>
  phone.collections.get(name) ?? [];

const notifyOthers = (world: World, sender: DeviceRef, name: string, version: number) => {
  for (const target of devicesOf(sender.phone)) {
    if (target.device === sender.device) continue;
    const about = { from: SERVER_JID, type: 'server_sync' };
    const collection = node('collection', { name, version: String(version) });
    deliver(world, target, notification(world, about, collection));
  }
};

/**
 * Takes the next patch of a collection from one device of an account and tells the others; false if it was not made
 * on top of the newest version. Patches are handed on with their version in them: clients count from it.
 */
export const pushPatch = (
  world: World,
  sender: DeviceRef,
  name: string,
  { from, patch }: { readonly from: number; readonly patch: Buffer },
): boolean => {
  const known = patchesOf(sender.phone, name);
  if (from !== known.length) return false;
  const version = known.length + 1;
  const whole = proto.SyncdPatch.decode(patch);
  whole.version = { version };
  const numbered = { version, patch: Buffer.from(proto.SyncdPatch.encode(whole).finish()) };
  sender.phone.collections.set(name, [...known, numbered]);
  notifyOthers(world, sender, name, version);
  changed(world);
  return true;
};
