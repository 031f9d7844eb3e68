import { formatJid } from '../protocol/jid.ts';
import { node } from '../protocol/node.ts';
import type { ClientHello } from '../protocol/noise.ts';
import { acceptCall } from './calls.ts';
import type { Connection } from './connection.ts';
import { handleIq } from './iq/index.ts';
import { acceptMessage } from './messages.ts';
import { acceptChatState, acceptPresence } from './presence.ts';
import { routeAck, routeReceipt } from './receipts.ts';
import { streamError } from './streams.ts';
import { refusal } from './trouble.ts';
import { changed, type DeviceRef, deviceKey, seconds, type World } from './world.ts';

const refuse = (connection: Connection, reason: number) => {
  connection.send(node('failure', { reason: String(reason), location: 'lla' }));
  connection.close();
};

/** Which linked device a client is; undefined for one that is not (any more) linked with that key. */
const identify = (world: World, { payload, staticKey }: ClientHello): DeviceRef | undefined => {
  const phone = world.state.phones.get(String(payload.username ?? ''));
  const companion = phone?.companions.get(payload.device ?? 0);
  return phone !== undefined && companion?.noiseKey.equals(staticKey) === true
    ? { phone, device: companion.device }
    : undefined;
};

/** Lets a linked client in, pushing out an older connection of the same device; refuses everyone else with 401. */
export const beginLogin = (world: World, connection: Connection, client: ClientHello): void => {
  const device = identify(world, client);
  if (device === undefined) {
    refuse(connection, 401);
    return;
  }
  const code = refusal(device.phone.trouble.refuse);
  if (code !== undefined) {
    refuse(connection, code);
    return;
  }
  const key = deviceKey(device);
  const older = world.connections.get(key);
  connection.device = device;
  world.connections.set(key, connection);
  if (older !== undefined) {
    older.live = false;
    older.send(streamError(440));
    older.close();
  }
  connection.onStanza = (stanza) => {
    switch (stanza.tag) {
      case 'iq':
        return handleIq(world, connection, stanza);
      case 'message':
        return acceptMessage(world, device, stanza);
      case 'receipt':
        return routeReceipt(world, device, stanza);
      case 'ack':
        return routeAck(world, device, stanza);
      case 'presence':
        return acceptPresence(world, connection, stanza);
      case 'call':
        return acceptCall(world, connection, stanza);
      case 'chatstate':
        return acceptChatState(world, device.phone, stanza);
      default:
      // ib: nothing that anybody here could use
    }
  };
  connection.send(
    node('success', {
      t: seconds(world),
      lid: formatJid(device.phone.lid, 'lid', device.device),
      display_name: device.phone.name,
    }),
  );
  changed(world);
};
