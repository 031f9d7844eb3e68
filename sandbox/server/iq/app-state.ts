import { SERVER_JID } from '../../protocol/jid.ts';
import { type BinaryNode, bytes, child, children, node } from '../../protocol/node.ts';
import { deliver } from '../delivery.ts';
import { type DeviceRef, seconds, type World } from '../world.ts';
import type { IqHandler } from './types.ts';

const notifyOthers = (world: World, sender: DeviceRef, name: string, version: number) => {
  for (const device of sender.phone.companions.keys()) {
    if (device === sender.device) continue;
    const attrs = { from: SERVER_JID, type: 'server_sync', id: world.random(8).toString('hex') };
    deliver(
      world,
      { phone: sender.phone, device },
      node('notification', { ...attrs, t: seconds(world) }, [
        node('collection', { name, version: String(version) }),
      ]),
    );
  }
};

const collection = (world: World, device: DeviceRef, asked: BinaryNode): BinaryNode => {
  const name = asked.attrs.name ?? '';
  const known = device.phone.collections.get(name) ?? [];
  const from = Number(asked.attrs.version ?? 0);
  const current = known.length;
  const patch = bytes(child(asked, 'patch'));
  if (patch !== undefined) {
    if (from !== current) {
      return node('collection', { name, type: 'error' }, [node('error', { code: '409', text: 'conflict' })]);
    }
    device.phone.collections.set(name, [...known, { version: current + 1, patch }]);
    notifyOthers(world, device, name, current + 1);
    return node('collection', { name, version: String(current + 1) });
  }
  const missing = known.filter(({ version }) => version > from);
  const patches = missing.map((one) => node('patch', {}, one.patch));
  return node('collection', { name, version: String(from) }, [node('patches', {}, patches)]);
};

/** `w:sync:app:state`: keeps the encrypted patches of an account and hands out those a companion lacks. */
export const appState: IqHandler = ({ world, device }, iq) => [
  node(
    'sync',
    {},
    children(child(iq, 'sync'), 'collection').map((asked) => collection(world, device, asked)),
  ),
];
