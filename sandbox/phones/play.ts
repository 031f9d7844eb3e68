import { node } from '../protocol/node.ts';
import { isFanOut } from '../server/fan-out.ts';
import { findGroup } from '../server/groups/world.ts';
import { routeReceipt } from '../server/receipts.ts';
import type { DisplayedMessage } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import { seconds, type World } from '../server/world.ts';
import { nameOf } from './keys.ts';

/** Plays a voice note somebody sent, and says so. */
export const play = (world: World, phone: Phone, message: DisplayedMessage): void => {
  const domain = findGroup(world, message.chat)?.addressing ?? phone.behaviour.addressing;
  const author = nameOf(world, message.from, domain);
  const place = isFanOut(message.chat) ? { to: message.chat, participant: author } : { to: author };
  const attrs = { id: message.id, type: 'played', t: seconds(world), ...place };
  routeReceipt(world, { phone, device: 0 }, node('receipt', attrs));
};
