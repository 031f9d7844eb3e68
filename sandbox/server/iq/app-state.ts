import { type BinaryNode, bytes, child, children, node } from '../../protocol/node.ts';
import { patchesOf, pushPatch } from '../collections.ts';
import type { DeviceRef, World } from '../world.ts';
import type { IqHandler } from './types.ts';

const collection = (world: World, device: DeviceRef, asked: BinaryNode): BinaryNode => {
  const name = asked.attrs.name ?? '';
  const from = Number(asked.attrs.version ?? 0);
  const patch = bytes(child(asked, 'patch'));
  if (patch !== undefined) {
    return pushPatch(world, device, name, { from, patch })
      ? node('collection', { name, version: String(from + 1) })
      : node('collection', { name, type: 'error' }, [node('error', { code: '409', text: 'conflict' })]);
  }
  const missing = patchesOf(device.phone, name).filter(({ version }) => version > from);
  const patches = missing.map((one) => node('patch', {}, one.patch));
  return node('collection', { name, version: String(from) }, [node('patches', {}, patches)]);
};

/**
 * `w:sync:app:state`: keeps the encrypted patches of an account and hands out those a companion lacks, to a new one
 * all of them. A snapshot would have to be fetched from the media servers, by a name rc14 does not let us choose.
 */
export const appState: IqHandler = ({ world, device }, iq) => [
  node(
    'sync',
    {},
    children(child(iq, 'sync'), 'collection').map((asked) => collection(world, device, asked)),
  ),
];
