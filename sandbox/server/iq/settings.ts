import { type BinaryNode, child, children, node } from '../../protocol/node.ts';
import { deliver } from '../delivery.ts';
import { notification } from '../notification.ts';
import type { Phone } from '../state.ts';
import { addressOf, changed, resolve, type World } from '../world.ts';
import type { IqHandler } from './types.ts';

/** `abt`: server-side switches, none set. */
export const props: IqHandler = () => [node('props', { protocol: '1', hash: 'sandbox' }, [])];

const lidOf = (phone: Phone) => addressOf({ phone, device: 0 }, 'lid');

const listBlocked = (world: World, phone: Phone): BinaryNode[] =>
  [...phone.privacy.blocked].flatMap((number) => {
    const blocked = world.state.phones.get(number);
    return blocked === undefined ? [] : [node('item', { jid: lidOf(blocked) })];
  });

/** Blocks a person for an account, or lets them write again, and tells its companions (`account_sync`). */
export const setBlocked = (world: World, phone: Phone, person: Phone, block: boolean): void => {
  const { blocked } = phone.privacy;
  if (block === blocked.has(person.number)) return;
  if (block) blocked.add(person.number);
  else blocked.delete(person.number);
  const item = node('item', { jid: lidOf(person), action: block ? 'block' : 'unblock' });
  for (const device of phone.companions.keys()) {
    const about = { from: addressOf({ phone, device: 0 }, 's.whatsapp.net'), type: 'account_sync' };
    const change = node('blocklist', {}, [item]);
    deliver(world, { phone, device }, notification(world, about, change));
  }
  changed(world);
};

/** `blocklist`: the people an account has blocked, by their LIDs. */
export const blocklist: IqHandler = ({ world, device: { phone } }, iq) => {
  const item = child(iq, 'item');
  if (iq.attrs.type !== 'set') return [node('list', {}, listBlocked(world, phone))];
  const person = resolve(world, item?.attrs.jid)?.phone;
  if (person === undefined) return { code: 404, text: 'item-not-found' };
  setBlocked(world, phone, person, item?.attrs.action === 'block');
  return [node('list', {}, listBlocked(world, phone))];
};

const categories = (settings: Readonly<Record<string, string>>) =>
  Object.entries(settings).map(([name, value]) => node('category', { name, value }));

/** `privacy`: the settings of an account, and trusted-contact tokens, which are taken silently. */
export const privacy: IqHandler = ({ world, device: { phone } }, iq) => {
  const asked = child(iq, 'privacy');
  if (asked === undefined) return [];
  const { settings } = phone.privacy;
  if (iq.attrs.type !== 'set') return [node('privacy', {}, categories(settings))];
  const changes = children(asked, 'category').flatMap(({ attrs: { name, value } }) =>
    name === undefined || value === undefined || !(name in settings) ? [] : [[name, value] as const],
  );
  if (changes.length === 0) return { code: 400, text: 'bad-request' };
  for (const [name, value] of changes) settings[name] = value;
  changed(world);
  return [node('privacy', {}, categories(Object.fromEntries(changes)))];
};
