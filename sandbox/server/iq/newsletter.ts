import { children, node } from '../../protocol/node.ts';
import { findNewsletter, postNode } from '../newsletters.ts';
import type { IqHandler } from './types.ts';

/** Seconds a client is told of reactions and views without asking again. */
const LIVE = '300';

/** `newsletter`: live updates, and posts of before. */
export const newsletterPosts: IqHandler = ({ world }, iq) => {
  const newsletter = findNewsletter(world, iq.attrs.to);
  const [asked] = children(iq);
  if (newsletter === undefined) return { code: 404, text: 'item-not-found' };
  if (asked?.tag === 'live_updates') return [node('live_updates', { duration: LIVE })];
  if (asked?.tag !== 'message_updates') return undefined;
  const { count = '50', since, after = '0' } = asked.attrs;
  const posts = newsletter.posts.filter(
    ({ serverId, at }) => serverId > Number(after) && at >= Number(since ?? 0) * 1000,
  );
  return [node('message_updates', {}, posts.slice(-Number(count)).map(postNode))];
};
