import { normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import { isAdmin } from '../server/groups/state.ts';
import { findGroup } from '../server/groups/world.ts';
import type { DisplayedMessage, Readable } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { amend, display } from './display.ts';
import { findByKey, nameOf, type Origin } from './keys.ts';
import { applyPin } from './pins.ts';
import { countVote, openVote } from './polls.ts';
import { readable } from './readable.ts';

const { Type } = proto.Message.ProtocolMessage;

/** A message as it came or went: what it says, and where it belongs. */
export interface Said extends Origin {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly message: proto.IMessage;
}

const encoded = (message: proto.IMessage) => Buffer.from(proto.Message.encode(message).finish());

/** What a line shows that has nothing of its own. */
export const BARE: Omit<Readable, 'kind'> = {
  text: '',
  quoted: undefined,
  mentions: [],
  forwarded: false,
  viewOnce: false,
  expiration: undefined,
};
const EMPTIED: Partial<DisplayedMessage> = {
  ...BARE,
  kind: 'deleted',
  location: undefined,
  contacts: undefined,
  poll: undefined,
  media: undefined,
  reactions: [],
  content: Buffer.alloc(0),
};

const react = (world: World, phone: Phone, said: Said, reaction: proto.Message.IReactionMessage) => {
  const target = findByKey(world, phone, said, reaction.key);
  if (target === undefined || target.kind === 'deleted') return;
  const others = target.reactions.filter(({ from }) => from !== said.from);
  const reactions = reaction.text ? [...others, { from: said.from, text: reaction.text }] : others;
  amend(world, phone, target, { reactions });
};

/** The own message a person may still change; nobody can change those of others. */
const ownTarget = (world: World, phone: Phone, said: Said, key: proto.IMessageKey | null | undefined) => {
  const target = findByKey(world, phone, said, key);
  return target?.from === said.from && target.kind !== 'deleted' ? target : undefined;
};

const edit = (world: World, phone: Phone, said: Said, change: proto.Message.IProtocolMessage) => {
  const target = ownTarget(world, phone, said, change.key);
  const now = change.editedMessage ? readable(change.editedMessage) : undefined;
  if (target === undefined || now === undefined || !change.editedMessage) return;
  const { text, mentions } = now;
  // an edited caption comes without its file
  const content =
    now.kind === 'text' && target.kind === 'text' ? { content: encoded(change.editedMessage) } : {};
  amend(world, phone, target, { text, mentions, edited: true, ...content });
};

/** Authors take their messages back, in groups admins those of others, too. */
const revoke = (world: World, phone: Phone, said: Said, change: proto.Message.IProtocolMessage) => {
  const target = findByKey(world, phone, said, change.key);
  const group = findGroup(world, said.chat);
  const mayDelete = target?.from === said.from || (group !== undefined && isAdmin(group, said.from));
  if (target !== undefined && mayDelete) amend(world, phone, target, EMPTIED);
};

const setDisappearing = (
  world: World,
  phone: Phone,
  said: Said,
  { ephemeralExpiration }: proto.Message.IProtocolMessage,
) => {
  const { message, ...line } = said;
  const expiration = ephemeralExpiration ?? 0;
  phone.disappearing.set(said.chat, expiration);
  display(world, phone, { ...BARE, ...line, kind: 'disappearing', expiration, content: encoded(message) });
};

/** The secret votes in a shown poll are encrypted with. */
export const pollSecret = (poll: DisplayedMessage): Buffer | undefined => {
  const { messageContextInfo } = proto.Message.decode(poll.content);
  return messageContextInfo?.messageSecret ? Buffer.from(messageContextInfo.messageSecret) : undefined;
};

const vote = (world: World, phone: Phone, said: Said, update: proto.Message.IPollUpdateMessage) => {
  const target = findByKey(world, phone, said, update.pollCreationMessageKey);
  const secret = target && pollSecret(target);
  if (target?.poll === undefined || secret === undefined || !update.vote) return;
  // either side may have used phone numbers or LIDs
  for (const creatorDomain of ['lid', 's.whatsapp.net'] as const) {
    for (const voterDomain of ['lid', 's.whatsapp.net'] as const) {
      const hashes = openVote(update.vote, secret, {
        pollId: target.id,
        creator: nameOf(world, target.from, creatorDomain),
        voter: nameOf(world, said.from, voterDomain),
      });
      if (hashes === undefined) continue;
      amend(world, phone, target, { poll: countVote(target.poll, said.from, hashes) });
      return;
    }
  }
};

/** What a message changes about others that are shown: reactions, edits, deletions, pins, votes, the timer of the chat. */
export const applyChange = (world: World, phone: Phone, said: Said): void => {
  const content = normalizeMessageContent(said.message);
  const change = content?.protocolMessage;
  if (content?.reactionMessage) react(world, phone, said, content.reactionMessage);
  else if (content?.pinInChatMessage) applyPin(world, phone, said, content.pinInChatMessage);
  else if (content?.pollUpdateMessage) vote(world, phone, said, content.pollUpdateMessage);
  else if (change?.type === Type.MESSAGE_EDIT) edit(world, phone, said, change);
  else if (change?.type === Type.EPHEMERAL_SETTING) setDisappearing(world, phone, said, change);
  else if (change?.type === Type.REVOKE && change.key) revoke(world, phone, said, change);
};
