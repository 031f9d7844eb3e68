import { child, node } from '../../protocol/node.ts';
import { deliver } from '../delivery.ts';
import { notification } from '../notification.ts';
import { addressOf, changed, seconds } from '../world.ts';
import type { IqHandler } from './types.ts';

/** `disappearing_mode`: the timer an account starts new chats with; its other companions are told (`account_sync`). */
export const disappearingMode: IqHandler = ({ world, device }, iq) => {
  const { phone } = device;
  const duration = Number(child(iq, 'disappearing_mode')?.attrs.duration);
  if (iq.attrs.type !== 'set' || !Number.isInteger(duration)) return [];
  phone.defaultTimer = { seconds: duration, at: world.now() };
  const change = node('disappearing_mode', { duration: String(duration), t: seconds(world) });
  for (const other of phone.companions.keys()) {
    if (other === device.device) continue;
    const about = { from: addressOf({ phone, device: 0 }, 's.whatsapp.net'), type: 'account_sync' };
    deliver(world, { phone, device: other }, notification(world, about, change));
  }
  changed(world);
  return [];
};
