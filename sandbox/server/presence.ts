import { type BinaryNode, children, node } from '../protocol/node.ts';
import type { Connection } from './connection.ts';
import { isFanOut } from './fan-out.ts';
import { findGroup, membersOf } from './groups/world.ts';
import type { Phone } from './state.ts';
import {
  addressOf,
  changed,
  deviceKey,
  devicesOf,
  domainOf,
  nextSequence,
  resolve,
  type World,
} from './world.ts';

type Activity = 'available' | 'unavailable' | 'composing' | 'recording' | 'paused';

/** What a phone sees of somebody: there or not, or writing in a chat. */
interface SeenPresence {
  readonly sequence: number;
  readonly at: number;
  /** A number, or the jid of a group. */
  readonly chat: string;
  readonly from: string;
  readonly state: Activity;
  /** Milliseconds since 1970; undefined while somebody is there, or does not tell. */
  readonly lastSeen: number | undefined;
}

/** A person as others may see them, and what their phone sees of others. */
export interface PresenceState {
  /** Whether the app is open on the phone. */
  open: boolean;
  lastSeen: number | undefined;
  /** Numbers of those the phone looks at. */
  readonly watching: Set<string>;
  /** By `{chat} {number}`. */
  readonly seen: Map<string, SeenPresence>;
}

export const makePresence = (): PresenceState => ({
  open: false,
  lastSeen: undefined,
  watching: new Set(),
  seen: new Map(),
});

/** A person is there as long as any of their devices says so. */
export const isThere = (world: World, phone: Phone): boolean =>
  phone.presence.open ||
  devicesOf(phone).some((device) => world.connections.get(deviceKey(device))?.available === true);

const see = (world: World, phone: Phone, what: Omit<SeenPresence, 'sequence' | 'at'>): void => {
  const seen = { sequence: nextSequence(world), at: world.now(), ...what };
  phone.presence.seen.set(`${what.chat} ${what.from}`, seen);
  changed(world);
};

const lastSeenOf = ({ presence, privacy }: Phone) =>
  privacy.settings.last === 'none' ? undefined : presence.lastSeen;

/** A person as a subscriber is told, under the name it asked by. */
const presenceNode = (world: World, person: Phone, jid: string): BinaryNode => {
  if (isThere(world, person)) return node('presence', { from: jid });
  const last = lastSeenOf(person);
  const told = last === undefined ? 'deny' : String(Math.floor(last / 1000));
  return node('presence', { from: jid, type: 'unavailable', last: told });
};

const seeThere = (world: World, phone: Phone, person: Phone): void => {
  const there = isThere(world, person);
  const state = there ? 'available' : 'unavailable';
  const lastSeen = there ? undefined : lastSeenOf(person);
  see(world, phone, { chat: person.number, from: person.number, state, lastSeen });
};

/** Tells all who look at a person whether they are there. */
const announcePresence = (world: World, person: Phone): void => {
  for (const connection of world.connections.values()) {
    const jid = connection.watching.get(person.number);
    if (jid !== undefined) connection.send(presenceNode(world, person, jid));
  }
  for (const phone of world.state.phones.values()) {
    if (phone.presence.watching.has(person.number)) seeThere(world, phone, person);
  }
};

/** Does what may change whether a person is there, and tells the others if it has. */
export const withPresence = (world: World, person: Phone, change: () => void): void => {
  const before = isThere(world, person);
  change();
  if (isThere(world, person) === before) return;
  if (before) person.presence.lastSeen = world.now();
  announcePresence(world, person);
  changed(world);
};

/** Lets a phone look at a person; it sees at once how things stand. */
export const watch = (world: World, phone: Phone, person: Phone): void => {
  phone.presence.watching.add(person.number);
  seeThere(world, phone, person);
};

/** A companion says that it is there or not, or asks to be told about somebody. */
export const acceptPresence = (world: World, connection: Connection, stanza: BinaryNode): void => {
  const { type, to } = stanza.attrs;
  const { device } = connection;
  if (device === undefined) return;
  if (type === 'available' || type === 'unavailable') {
    withPresence(world, device.phone, () => {
      connection.available = type === 'available';
    });
  }
  const person = resolve(world, to)?.phone;
  if (type !== 'subscribe' || person === undefined || to === undefined) return;
  connection.watching.set(person.number, to);
  connection.send(presenceNode(world, person, to));
};

const activityOf = (stanza: BinaryNode): Activity => {
  const [what] = children(stanza);
  if (what?.attrs.media === 'audio') return 'recording';
  return what?.tag === 'composing' ? 'composing' : 'paused';
};

/** Shows one person that another one writes; nothing is kept for those who are away. */
const showTyping = (world: World, sender: Phone, target: Phone, stanza: BinaryNode): void => {
  const { to } = stanza.attrs;
  const group = isFanOut(to);
  const domain = findGroup(world, to)?.addressing ?? domainOf(to);
  const name = addressOf({ phone: sender, device: 0 }, domain);
  const attrs = group ? { from: to, participant: name } : { from: name };
  for (const device of target.companions.keys()) {
    const connection = world.connections.get(deviceKey({ phone: target, device }));
    if (connection?.live === true) connection.send(node('chatstate', attrs, children(stanza)));
  }
  if (!target.behaviour.online) return;
  const chat = group ? (to ?? '') : sender.number;
  see(world, target, { chat, from: sender.number, state: activityOf(stanza), lastSeen: undefined });
};

/** Passes on that somebody writes, or has stopped to. */
export const acceptChatState = (world: World, sender: Phone, stanza: BinaryNode): void => {
  const group = findGroup(world, stanza.attrs.to);
  const person = resolve(world, stanza.attrs.to)?.phone;
  const people = group === undefined ? [person] : membersOf(world, group);
  for (const target of people) {
    if (target === undefined || target === sender || target.privacy.blocked.has(sender.number)) continue;
    showTyping(world, sender, target, stanza);
  }
};

/** The stanza that says what somebody does in a chat (chats.js, sendPresenceUpdate). */
export const chatStateNode = (
  to: string,
  state: Exclude<Activity, 'available' | 'unavailable'>,
): BinaryNode =>
  node('chatstate', { to }, [state === 'recording' ? node('composing', { media: 'audio' }) : node(state)]);
