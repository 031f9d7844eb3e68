import { type BinaryNode, node } from '../protocol/node.ts';
import { seconds, type World } from './world.ts';

type About = Readonly<Record<string, string>> & { readonly from: string; readonly type: string };

/** A `<notification>` that tells a device of a change, under an id of its own. */
export const notification = (world: World, about: About, change: BinaryNode): BinaryNode => {
  const id = world.random(8).toString('hex').toUpperCase();
  return node('notification', { id, t: seconds(world), ...about }, [change]);
};
