import { child } from '../../protocol/node.ts';
import { removeCompanion } from '../removal.ts';
import { deviceKey, resolve } from '../world.ts';
import type { IqHandler } from './types.ts';

/** `md`: a companion unlinks itself. Pairing by code is not known yet. */
export const multiDevice: IqHandler = ({ world, connection, device }, iq) => {
  const removal = child(iq, 'remove-companion-device');
  if (removal === undefined) return undefined;
  const target = resolve(world, removal.attrs.jid);
  if (target === undefined || deviceKey(target) !== deviceKey(device)) {
    return { code: 403, text: 'forbidden' };
  }
  // answered first: the client is gone a moment later
  queueMicrotask(() => {
    removeCompanion(world, target);
    connection.close();
  });
  return [];
};
