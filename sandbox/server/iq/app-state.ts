import { type BinaryNode, bytes, child, children, node } from '../../protocol/node.ts';
import { patchesOf, pushPatch } from '../collections.ts';
import type { DeviceRef, World } from '../world.ts';
import type { IqHandler } from './types.ts';

const wantsSnapshot = ({ phone }: DeviceRef, { attrs }: BinaryNode) =>
  phone.behaviour.snapshots && attrs.return_snapshot === 'true';

const collection = (world: World, device: DeviceRef, asked: BinaryNode): BinaryNode => {
  const name = asked.attrs.name ?? '';
  const from = Number(asked.attrs.version ?? 0);
  const patch = bytes(child(asked, 'patch'));
  if (patch !== undefined) {
    return pushPatch(world, device, name, { from, patch })
      ? node('collection', { name, version: String(from + 1) })
      : node('collection', { name, type: 'error' }, [node('error', { code: '409', text: 'conflict' })]);
  }
  const snapshot = wantsSnapshot(device, asked)
    ? world.phones.offerSnapshot(world, device.phone, name)
    : undefined;
  if (snapshot !== undefined) {
    return node('collection', { name, version: String(snapshot.version) }, [
      node('snapshot', {}, snapshot.reference),
    ]);
  }
  const missing = patchesOf(device.phone, name).filter(({ version }) => version > from);
  const patches = missing.map((one) => node('patch', {}, one.patch));
  return node('collection', { name, version: String(from) }, [node('patches', {}, patches)]);
};

/**
 * `w:sync:app:state`: keeps the encrypted patches of an account and hands out those a companion lacks. A new one gets
 * all of them, or a snapshot if its phone makes some: clients look for those at a name that is not ours.
 */
export const appState: IqHandler = ({ world, device }, iq) => [
  node(
    'sync',
    {},
    children(child(iq, 'sync'), 'collection').map((asked) => collection(world, device, asked)),
  ),
];
