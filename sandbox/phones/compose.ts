import { normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import type { Domain } from '../protocol/jid.ts';
import { isAdmin } from '../server/groups/state.ts';
import { findGroup } from '../server/groups/world.ts';
import type { DisplayedMessage, Location } from '../server/shown.ts';
import type { Phone, SentMessage } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { pollSecret } from './changes.ts';
import { encodeMessage, newMessageId, stanzaAttrs, withContext } from './content.ts';
import { fileMessage, type OutgoingFile } from './files.ts';
import { keyOf, nameOf } from './keys.ts';
import { pinMessage } from './pins.ts';
import { sealVote } from './polls.ts';
import { contactsMessage } from './vcards.ts';

const { Type } = proto.Message.ProtocolMessage;

/** What is said: one of these. Messages that are referred to are shown on the phone. */
export type Content =
  | { readonly text: string }
  | { readonly file: OutgoingFile }
  | { readonly location: Location }
  | { readonly contacts: readonly { readonly name: string; readonly number: string }[] }
  | {
      readonly poll: {
        readonly name: string;
        readonly options: readonly string[];
        readonly selectable: number;
      };
    }
  | { readonly proto: proto.IMessage }
  | { readonly forward: DisplayedMessage }
  | { readonly disappearing: number }
  | { readonly react: DisplayedMessage; readonly emoji: string }
  | { readonly edit: DisplayedMessage; readonly by: string }
  | { readonly remove: DisplayedMessage }
  /** For so many seconds; 0 takes the pin off. */
  | { readonly pin: DisplayedMessage; readonly seconds: number }
  | { readonly vote: DisplayedMessage; readonly options: readonly string[] };

export interface Outgoing {
  /** A person, or the jid of a group or broadcast. */
  readonly to: Phone | string;
  readonly content: Content;
  readonly quoted?: DisplayedMessage | undefined;
  readonly mentions?: readonly Phone[] | undefined;
  readonly forwarded?: boolean | undefined;
  readonly viewOnce?: boolean | undefined;
  /** Seconds; as the chat is set without. */
  readonly expiration?: number | undefined;
  readonly addressing?: Domain | undefined;
  readonly id?: string | undefined;
  /** Whom a broadcast is for: numbers. */
  readonly audience?: readonly string[] | undefined;
}

interface Desk {
  readonly world: World;
  readonly phone: Phone;
  /** A number, or the jid of a group or broadcast. */
  readonly chat: string;
  readonly domain: Domain;
}

const pollMessage = ({
  name,
  options,
  selectable,
}: Extract<Content, { poll: unknown }>['poll']): proto.IMessage => {
  const poll = {
    name,
    selectableOptionsCount: selectable,
    options: options.map((optionName) => ({ optionName })),
  };
  return selectable === 1 ? { pollCreationMessageV3: poll } : { pollCreationMessage: poll };
};

const locationMessage = ({ latitude, longitude, name, address }: Location): proto.IMessage => ({
  locationMessage: {
    degreesLatitude: latitude,
    degreesLongitude: longitude,
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
  },
});

const forwardMessage = (message: DisplayedMessage): proto.IMessage => {
  const content = normalizeMessageContent(proto.Message.decode(message.content)) ?? {};
  const { messageContextInfo: _own, ...rest } = content;
  const bare = rest.conversation ? rest : withContext(rest, { stanzaId: null, quotedMessage: null });
  return withContext(bare, { isForwarded: true, forwardingScore: message.forwarded ? 2 : 1 });
};

/** The accounts that can read along; a broadcast's are not followed. */
const readersOf = ({ world, phone, chat }: Desk): string[] => [
  ...(findGroup(world, chat)?.participants.keys() ?? [chat, phone.number]),
];

/** What is new to read. */
const newMessage = (desk: Desk, content: Content): proto.IMessage | undefined => {
  if ('text' in content) return { conversation: content.text };
  if ('file' in content) return fileMessage(desk.world, content.file, readersOf(desk));
  if ('location' in content) return locationMessage(content.location);
  if ('contacts' in content) return contactsMessage(content.contacts);
  if ('poll' in content) return pollMessage(content.poll);
  if ('proto' in content) return content.proto;
  return 'forward' in content ? forwardMessage(content.forward) : undefined;
};

const voteMessage = ({ world, phone, domain }: Desk, poll: DisplayedMessage, options: readonly string[]) => {
  const secret = pollSecret(poll);
  if (secret === undefined) throw new Error('the poll has no secret');
  const parties = {
    pollId: poll.id,
    creator: nameOf(world, poll.from, domain),
    voter: nameOf(world, phone.number, domain),
  };
  return {
    pollUpdateMessage: {
      pollCreationMessageKey: keyOf(world, poll, domain),
      vote: sealVote(options, secret, parties, world.random),
      senderTimestampMs: world.now(),
    },
  };
};

/** What changes something that is shown already; phones send edits in a wrapper of their own. */
const changeMessage = (desk: Desk, content: Content): proto.IMessage => {
  const { world, domain } = desk;
  const key = (message: DisplayedMessage) => keyOf(world, message, domain);
  if ('react' in content) {
    const { react, emoji } = content;
    return { reactionMessage: { key: key(react), text: emoji, senderTimestampMs: world.now() } };
  }
  if ('edit' in content) {
    const protocolMessage = {
      key: key(content.edit),
      type: Type.MESSAGE_EDIT,
      editedMessage: editedMessage(content.edit, content.by),
      timestampMs: world.now(),
    };
    return { editedMessage: { message: { protocolMessage } } };
  }
  if ('remove' in content) return { protocolMessage: { key: key(content.remove), type: Type.REVOKE } };
  if ('pin' in content) return pinMessage(key(content.pin), content.seconds, world.now());
  if ('vote' in content) return voteMessage(desk, content.vote, content.options);
  const ephemeralExpiration = 'disappearing' in content ? content.disappearing : 0;
  return { protocolMessage: { type: Type.EPHEMERAL_SETTING, ephemeralExpiration } };
};

const editedMessage = (message: DisplayedMessage, text: string): proto.IMessage => {
  if (message.kind === 'image') return { imageMessage: { caption: text } };
  if (message.kind === 'video') return { videoMessage: { caption: text } };
  if (message.kind === 'document') return { documentMessage: { caption: text } };
  return { conversation: text };
};

const contextFor = ({ world, phone, chat, domain }: Desk, message: Outgoing): proto.IContextInfo => {
  const { quoted, mentions = [], forwarded } = message;
  const expiration =
    message.expiration ?? findGroup(world, chat)?.ephemeral ?? phone.disappearing.get(chat) ?? 0;
  return {
    ...(quoted && {
      stanzaId: quoted.id,
      participant: nameOf(world, quoted.from, domain),
      quotedMessage: normalizeMessageContent(proto.Message.decode(quoted.content)) ?? null,
    }),
    ...(mentions.length > 0 && { mentionedJid: mentions.map(({ number }) => nameOf(world, number, domain)) }),
    ...(forwarded && { isForwarded: true, forwardingScore: 1 }),
    ...(expiration > 0 && { expiration }),
  };
};

const messageOf = (desk: Desk, outgoing: Outgoing): proto.IMessage => {
  const said = newMessage(desk, outgoing.content);
  if (said === undefined) return changeMessage(desk, outgoing.content);
  const context = contextFor(desk, outgoing);
  const whole = withContext(said, context);
  const once = outgoing.viewOnce ? { viewOnceMessageV2: { message: whole } } : whole;
  const wrapped = context.expiration ? { ephemeralMessage: { message: once } } : once;
  return { ...wrapped, messageContextInfo: { messageSecret: desk.world.random(32) } };
};

/** A message put together: what is said to whom under which id. Throws on a vote in a poll without secret. */
export const compose = (world: World, phone: Phone, outgoing: Outgoing): SentMessage => {
  const { to, audience } = outgoing;
  const chat = typeof to === 'string' ? to : to.number;
  const group = findGroup(world, chat);
  const domain = group?.addressing ?? outgoing.addressing ?? phone.behaviour.addressing;
  const message = messageOf({ world, phone, chat, domain }, outgoing);
  return {
    id: outgoing.id ?? newMessageId(world.random),
    to: chat,
    domain,
    content: encodeMessage(message),
    attrs: stanzaAttrs(message, group !== undefined && isAdmin(group, phone.number)),
    viewOnce: outgoing.viewOnce ?? false,
    audience,
  };
};
