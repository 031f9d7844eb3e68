import { formatJid, parseJid } from '../protocol/jid.ts';
import { type BinaryNode, bytes, child, children, node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { notification } from './notification.ts';
import type { Phone } from './state.ts';
import { changed, type DeviceRef, devicesOf, type World } from './world.ts';

/** A channel: one writes, others follow. */
export interface Newsletter {
  readonly id: string;
  name: string;
  description: string;
  /** Number. */
  readonly owner: string;
  readonly createdAt: number;
  readonly invite: string;
  /** Numbers of those who read along, the owner among them. */
  readonly followers: Set<string>;
  /** Numbers of those who want to hear nothing of it. */
  readonly muted: Set<string>;
  readonly posts: Post[];
}

export interface Post {
  readonly id: string;
  readonly serverId: number;
  readonly at: number;
  readonly type: string;
  /** The encoded proto.Message, in the clear. */
  readonly content: Buffer;
}

const NEWSLETTER_SERVER = 'newsletter';

export const isNewsletter = (jid: string | undefined): boolean => parseJid(jid)?.server === NEWSLETTER_SERVER;

export const newsletterJid = ({ id }: Newsletter): string => formatJid(id, NEWSLETTER_SERVER);

export const findNewsletter = (world: World, jid: string | undefined): Newsletter | undefined =>
  isNewsletter(jid) ? world.state.newsletters.get(parseJid(jid)?.user ?? '') : undefined;

/** Opens a channel; its owner follows it. */
export const createNewsletter = (
  world: World,
  owner: Phone,
  { name, description = '' }: { readonly name: string; readonly description?: string | undefined },
): Newsletter => {
  const newsletter: Newsletter = {
    id: `120363${String(world.random(6).readUIntBE(0, 6) % 1e12).padStart(12, '0')}`,
    name,
    description,
    owner: owner.number,
    createdAt: world.now(),
    invite: `0029V${world.random(12).toString('base64').replace(/[+/=]/g, 'x')}`,
    followers: new Set([owner.number]),
    muted: new Set(),
    posts: [],
  };
  world.state.newsletters.set(newsletter.id, newsletter);
  changed(world);
  return newsletter;
};

export const follow = (world: World, newsletter: Newsletter, phone: Phone, on: boolean): void => {
  if (on) newsletter.followers.add(phone.number);
  else newsletter.followers.delete(phone.number);
  changed(world);
};

const followersOf = (world: World, { followers }: Newsletter): DeviceRef[] =>
  [...followers].flatMap((number) => {
    const phone = world.state.phones.get(number);
    return phone === undefined ? [] : devicesOf(phone);
  });

/** A post as it is asked for later. */
export const postNode = ({ id, serverId, at, type, content }: Post): BinaryNode =>
  node('message', { id, server_id: String(serverId), type, t: String(Math.floor(at / 1000)) }, [
    node('plaintext', {}, content),
  ]);

/** Publishes a message: it goes to all who follow, in the clear. */
export const publish = (
  world: World,
  newsletter: Newsletter,
  message: Pick<Post, 'id' | 'type' | 'content'>,
): Post => {
  const post: Post = { ...message, serverId: 100 + newsletter.posts.length, at: world.now() };
  newsletter.posts.push(post);
  const stanza = postNode(post);
  for (const target of followersOf(world, newsletter)) {
    deliver(world, target, { ...stanza, attrs: { from: newsletterJid(newsletter), ...stanza.attrs } });
  }
  changed(world);
  return post;
};

/** Tells those who follow what somebody thinks of a post (type `newsletter`). */
const spreadReaction = (world: World, newsletter: Newsletter, serverId: string, code: string): void => {
  const reaction = node('reaction', { message_id: serverId }, [node('reaction', {}, code)]);
  for (const target of followersOf(world, newsletter)) {
    const about = { from: newsletterJid(newsletter), type: 'newsletter' };
    deliver(world, target, notification(world, about, reaction));
  }
};

/** Whether a person may send that there: everybody reactions, the owner anything. */
export const mayPost = (world: World, phone: Phone, stanza: BinaryNode): boolean => {
  const newsletter = findNewsletter(world, stanza.attrs.to);
  if (newsletter === undefined) return !isNewsletter(stanza.attrs.to);
  return newsletter.owner === phone.number || stanza.attrs.type === 'reaction';
};

/** Takes what was sent to a channel: a post, or a reaction to one. */
export const routeToNewsletter = (world: World, stanza: BinaryNode): void => {
  const newsletter = findNewsletter(world, stanza.attrs.to);
  if (newsletter === undefined) return;
  const { id = '', type = 'text', server_id } = stanza.attrs;
  const [reaction] = children(stanza, 'reaction');
  if (reaction !== undefined) {
    spreadReaction(world, newsletter, server_id ?? '', reaction.attrs.code ?? '');
    return;
  }
  const content = bytes(child(stanza, 'plaintext'));
  if (content !== undefined) publish(world, newsletter, { id, type, content: Buffer.from(content) });
};
