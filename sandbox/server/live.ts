import { SERVER_JID } from '../protocol/jid.ts';
import { node } from '../protocol/node.ts';
import type { Connection } from './connection.ts';
import { redeliver } from './delivery.ts';
import { groupsOf } from './groups/world.ts';
import type { Companion } from './state.ts';
import { changed, companionOf, type DeviceRef, seconds, type World } from './world.ts';

const TAGS = ['message', 'notification', 'receipt', 'call'] as const;

const countByTag = ({ mailbox }: Companion) => {
  const tags = [...mailbox.stanzas.values()].map(({ tag }) => tag);
  return Object.fromEntries(TAGS.map((tag) => [tag, String(tags.filter((other) => other === tag).length)]));
};

/** Has a new companion ask for the groups its account is in (groups.js, CB:ib,,dirty). */
const tellDirty = (world: World, connection: Connection, { phone }: DeviceRef) => {
  if (groupsOf(world, phone).length === 0) return;
  const dirty = node('dirty', { type: 'groups', timestamp: seconds(world) });
  connection.send(node('ib', { from: SERVER_JID }, [dirty]));
};

/** Pushes the backlog and ends the offline phase; the first time the phone sends key share and history after it. */
export const goLive = (world: World, connection: Connection): void => {
  const { device } = connection;
  const companion = device && companionOf(device);
  if (device === undefined || companion === undefined || connection.live) return;
  const count = companion.mailbox.stanzas.size;
  const attrs = { count: String(count), ...countByTag(companion) };
  if (count > 0) connection.send(node('ib', { from: SERVER_JID }, [node('offline_preview', attrs)]));
  redeliver(world, device);
  connection.send(node('ib', { from: SERVER_JID }, [node('offline', { count: String(count) })]));
  connection.live = true;
  if (!companion.greeted) {
    companion.greeted = true;
    world.phones.greet(world, device);
    tellDirty(world, connection, device);
  }
  changed(world);
};
