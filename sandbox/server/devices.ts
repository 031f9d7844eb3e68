import { formatJid, SERVER } from '../protocol/jid.ts';
import { node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { notification } from './notification.ts';
import type { Phone } from './state.ts';
import { addressOf, type DeviceRef, type World } from './world.ts';

/** Companions that keep a list of this phone's devices: its own ones, and whoever asked for it. */
export const watchers = (world: World, phone: Phone): DeviceRef[] =>
  [...world.state.phones.values()].flatMap((other) =>
    [...other.companions.values()]
      .filter((companion) => other === phone || companion.watches.has(phone.number))
      .map(({ device }) => ({ phone: other, device })),
  );

/** Tells those who keep a list of the phone's devices that one came or went (messages-recv.js, type `devices`). */
export const announceDevice = (world: World, changedDevice: DeviceRef, change: 'add' | 'remove'): void => {
  for (const target of watchers(world, changedDevice.phone)) {
    if (target.phone === changedDevice.phone && target.device === changedDevice.device) continue;
    // a client keeps one list per name of the person
    for (const domain of [SERVER, 'lid'] as const) {
      const user = domain === 'lid' ? changedDevice.phone.lid : changedDevice.phone.number;
      const device = node('device', {
        jid: addressOf(changedDevice, domain),
        'key-index': String(changedDevice.device),
      });
      const about = { from: formatJid(user, domain), type: 'devices' };
      deliver(world, target, notification(world, about, node(change, {}, [device])));
    }
  }
};

/** Tells those who talk to a phone that it has a new identity key (identity-change-handler.js). */
export const announceIdentity = (world: World, phone: Phone): void => {
  for (const target of watchers(world, phone)) {
    const about = { from: formatJid(phone.lid, 'lid'), type: 'encrypt' };
    deliver(world, target, notification(world, about, node('identity')));
  }
};
