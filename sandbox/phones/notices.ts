import { type BinaryNode, childBytes, children } from '../protocol/node.ts';
import { isFanOut } from '../server/fan-out.ts';
import type { Phone } from '../server/state.ts';
import { resolve, type World } from '../server/world.ts';
import { display } from './display.ts';

/** Who did what to whom, names as the phone shows them. */
interface Scene {
  readonly actor: string;
  readonly people: string;
  /** Whether somebody did it to themselves. */
  readonly self: boolean;
  readonly change: BinaryNode;
}

const quote = (text: string | undefined) => `“${text ?? ''}”`;

/** What a change of a group reads like, by its tag (messages-recv.js, handleGroupNotification). */
const LINES: Readonly<Record<string, (scene: Scene) => string>> = {
  create: ({ actor, change }) =>
    change.attrs.type === 'new'
      ? `${actor} created the group ${quote(children(change, 'group')[0]?.attrs.subject)}`
      : 'You are in the group now',
  add: ({ actor, people, self }) => (self ? `${actor} joined` : `${actor} added ${people}`),
  remove: ({ actor, people, self }) => (self ? `${actor} left` : `${actor} removed ${people}`),
  promote: ({ actor, people }) => `${actor} made ${people} an admin`,
  demote: ({ actor, people }) => `${actor} took the admin role from ${people}`,
  subject: ({ actor, change }) => `${actor} changed the subject to ${quote(change.attrs.subject)}`,
  description: ({ actor, change }) =>
    childBytes(change, 'body') === undefined
      ? `${actor} removed the description`
      : `${actor} changed the description`,
  announcement: ({ actor }) => `${actor} lets only admins write`,
  not_announcement: ({ actor }) => `${actor} lets everybody write`,
  locked: ({ actor }) => `${actor} lets only admins change the group`,
  unlocked: ({ actor }) => `${actor} lets everybody change the group`,
  invite: ({ actor }) => `${actor} reset the invite link`,
  member_add_mode: ({ actor }) => `${actor} changed who may add people`,
  membership_approval_mode: ({ actor }) => `${actor} changed whether admins must approve who joins`,
  ephemeral: ({ actor, change }) =>
    `${actor} lets messages disappear after ${change.attrs.expiration} seconds`,
  not_ephemeral: ({ actor }) => `${actor} lets messages stay`,
  created_membership_requests: ({ actor }) => `${actor} asks to join`,
};

/** Shows that a group was changed, as a line of its own in the chat. */
export const showNotice = (world: World, phone: Phone, stanza: BinaryNode): void => {
  const { from = '', id = '', participant } = stanza.attrs;
  const [change] = children(stanza);
  const line = LINES[change?.tag ?? ''];
  const actor = resolve(world, participant)?.phone;
  if (change === undefined || line === undefined || actor === undefined || !isFanOut(from)) return;
  const nameOf = (person: Phone) => (person === phone ? 'You' : person.name);
  const people = children(change, 'participant').flatMap(
    ({ attrs }) => resolve(world, attrs.jid)?.phone ?? [],
  );
  const text = line({
    actor: nameOf(actor),
    people: people.map(nameOf).join(', '),
    self: people.length === 1 && people[0] === actor,
    change,
  });
  display(world, phone, {
    kind: 'notice',
    text,
    quoted: undefined,
    mentions: [],
    forwarded: false,
    viewOnce: false,
    expiration: undefined,
    id,
    chat: from,
    from: actor.number,
    at: world.now(),
    content: Buffer.alloc(0),
  });
};
