import { type BinaryNode, bytes, child, node } from '../../protocol/node.ts';
import { isAdmin } from '../groups/state.ts';
import { findGroup } from '../groups/world.ts';
import { urlOf } from '../media-store.ts';
import { hides, setAbout, setPicture } from '../profile.ts';
import type { Phone } from '../state.ts';
import { resolve, type World } from '../world.ts';
import type { IqError, IqHandler } from './types.ts';

const NOT_FOUND: IqError = { code: 404, text: 'item-not-found' };
const FORBIDDEN: IqError = { code: 401, text: 'not-authorized' };

/** The key of `pictures` a query is about, or why this account may not see or change it. */
const ownerOf = (world: World, asking: Phone, iq: BinaryNode): string | IqError => {
  const { target, type } = iq.attrs;
  const group = findGroup(world, target);
  if (group !== undefined && target !== undefined) {
    const maySet = !group.locked || isAdmin(group, asking.number);
    return group.participants.has(asking.number) && (type === 'get' || maySet) ? target : FORBIDDEN;
  }
  const person = target === undefined ? asking : resolve(world, target)?.phone;
  if (person === undefined) return NOT_FOUND;
  const refused = type === 'set' ? person !== asking : hides(person, 'profile', asking);
  return refused ? FORBIDDEN : person.number;
};

/** `w:profile:picture`: of persons and groups, small (`preview`) and large (`image`); no content takes it away. */
export const profilePicture: IqHandler = ({ world, device: { phone } }, iq) => {
  const owner = ownerOf(world, phone, iq);
  if (typeof owner !== 'string') return owner;
  const asked = child(iq, 'picture');
  if (iq.attrs.type === 'set') {
    if (!setPicture(world, owner, phone, bytes(asked))) return { code: 406, text: 'not-acceptable' };
    const id = world.state.pictures.get(owner)?.id;
    return id === undefined ? [] : [node('picture', { id })];
  }
  const picture = world.state.pictures.get(owner);
  if (picture === undefined) return NOT_FOUND;
  const type = asked?.attrs.type === 'image' ? 'image' : 'preview';
  const path = type === 'image' ? picture.directPath : picture.previewPath;
  const attrs = { id: picture.id, type, url: urlOf(world, path), direct_path: path };
  return [node('picture', attrs)];
};

/** `status`: what an account says about itself. */
export const about: IqHandler = ({ world, device: { phone } }, iq) => {
  const text = bytes(child(iq, 'status'));
  if (text !== undefined) setAbout(world, phone, text.toString());
  return [];
};
