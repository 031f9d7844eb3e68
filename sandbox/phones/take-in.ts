import type { Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { applyChange, type Said } from './changes.ts';
import { encodeMessage } from './content.ts';
import { display } from './display.ts';
import { withFile } from './files.ts';
import { readable } from './readable.ts';

/** Shows a message, its file downloaded, or what it changes; tells whether there is something to read in it. */
export const takeIn = (world: World, phone: Phone, said: Said): boolean => {
  const words = readable(said.message);
  if (words === undefined) {
    applyChange(world, phone, said);
    return false;
  }
  const { message, ...place } = said;
  display(world, phone, { ...withFile(world, words), ...place, content: encodeMessage(message) });
  return true;
};
