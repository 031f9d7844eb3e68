import { announceDevice } from './devices.ts';
import { streamError } from './streams.ts';
import { changed, type DeviceRef, deviceKey, type World } from './world.ts';

/** Unlinks a companion: its connection ends with 401 device_removed and its next login is refused. */
export const removeCompanion = (world: World, target: DeviceRef): boolean => {
  if (!target.phone.companions.delete(target.device)) return false;
  const connection = world.connections.get(deviceKey(target));
  connection?.send(streamError(401));
  connection?.close();
  target.phone.signal.records.delete(deviceKey(target));
  announceDevice(world, target, 'remove');
  changed(world);
  return true;
};
