import { type BinaryNode, child, node } from '../../protocol/node.ts';
import type { IqHandler } from './types.ts';

const PRIVACY = ['readreceipts', 'profile', 'status', 'online', 'last', 'groupadd', 'calladd', 'messages'];

/** `abt`: server-side switches, none set. */
export const props: IqHandler = () => [node('props', { protocol: '1', hash: 'sandbox' }, [])];

export const blocklist: IqHandler = () => [node('list', {}, [])];

/** `privacy`: the settings (everything is shown to everyone), and trusted-contact tokens, which are taken silently. */
export const privacy: IqHandler = (_context, iq) => {
  if (iq.attrs.type === 'set' || child(iq, 'privacy') === undefined) return [];
  const categories: BinaryNode[] = PRIVACY.map((name) => node('category', { name, value: 'all' }));
  return [node('privacy', {}, categories)];
};
