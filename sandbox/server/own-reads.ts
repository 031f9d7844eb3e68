import { type BinaryNode, node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { isFanOut } from './fan-out.ts';
import { addressOf, type DeviceRef, devicesOf, domainOf, seconds, type World } from './world.ts';

/**
 * Tells the other companions of an account what one of its devices has read, if its phone behaves so: as a receipt from
 * the account itself that names the chat (messages-recv.js, handleReceipt: `recipient`).
 */
export const tellOwnDevices = (world: World, sender: DeviceRef, stanza: BinaryNode): void => {
  const { phone } = sender;
  const { id, to, type, participant } = stanza.attrs;
  if (!phone.behaviour.tellsReads || to === undefined) return;
  const own = addressOf({ phone, device: sender.device }, domainOf(participant ?? to));
  const names = isFanOut(to) ? { from: to, participant: own } : { from: own, recipient: to };
  const receipt = node(
    'receipt',
    { ...names, id, type, t: stanza.attrs.t ?? seconds(world) },
    stanza.content,
  );
  for (const device of devicesOf(phone)) {
    if (device.device !== 0 && device.device !== sender.device) deliver(world, device, receipt);
  }
};
