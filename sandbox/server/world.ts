import { EventEmitter } from 'node:events';
import { type Domain, formatJid, parseJid } from '../protocol/jid.ts';
import type { BinaryNode } from '../protocol/node.ts';
import type { Random } from '../protocol/random.ts';
import { type Blobs, memoryBlobs } from './blobs.ts';
import type { Connection } from './connection.ts';
import { type FrameLog, makeFrameLog } from './frame-log.ts';
import type { CodeOffer } from './link-code.ts';
import type { PairingOffer } from './pairing.ts';
import type { Companion, Phone, State } from './state.ts';
import type { Hold } from './trouble.ts';

/** Frames kept as readable lines. */
const FRAMES_KEPT = 5000;

/** The state and everything alive around it; the first argument of nearly every function here. */
export interface World {
  readonly state: State;
  readonly random: Random;
  /** The bytes of files; in memory, or in the data directory. */
  readonly blobs: Blobs;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How far it was put forward, in milliseconds. */
  readonly clock: { ahead: number };
  /** Companions that are connected, by `deviceKey`. */
  readonly connections: Map<string, Connection>;
  /** Pairing refs handed out and not yet used. */
  readonly offers: Map<string, PairingOffer>;
  /** Clients that show an 8-digit code, by the number of the phone it is to be entered on. */
  readonly codes: Map<string, CodeOffer>;
  /** Emits `change` whenever something happened that somebody may wait for, `frame` with every stanza on a wire. */
  readonly changes: EventEmitter;
  readonly timers: Set<NodeJS.Timeout>;
  readonly bursts: Map<string, Burst>;
  /** What the phones do where the server turns to them. */
  readonly phones: Phones;
  /** Told when a client had to be cut off: what it sent could not be read, or handling it failed. */
  readonly onError: (error: unknown) => void;
  /** Queries nobody here answers, by xmlns. */
  readonly unanswered: Set<string>;
  /** The last frames as readable lines. */
  readonly frameLog: FrameLog;
  /** Sees every stanza. */
  readonly trace: (direction: 'in' | 'out', device: string, stanza: BinaryNode) => void;
}

/** The phones as the server needs them: it knows nothing else of what they do. */
interface Phones {
  /** What a phone does with a stanza it is given. */
  readonly receive: (world: World, phone: Phone, stanza: BinaryNode) => void;
  /** What a phone sends a companion it has just linked, once that is connected. */
  readonly greet: (world: World, companion: DeviceRef) => void;
  /** The collection as a file on the media host: its version and the encoded reference; undefined where it is empty. */
  readonly offerSnapshot: (
    world: World,
    phone: Phone,
    collection: string,
  ) => { readonly version: number; readonly reference: Buffer } | undefined;
}

interface Prepared {
  readonly from: Phone;
  readonly stanza: BinaryNode;
}

/** Many texts from many people, encrypted ahead so that only their delivery takes time. */
export interface Burst {
  readonly id: string;
  readonly to: Phone;
  readonly ids: readonly string[];
  /** Encrypted and not yet handed over, the next one last. */
  readonly pending: Prepared[];
  released: number;
  /** Milliseconds since 1970 of the first and the last message handed over. */
  startedAt: number | undefined;
  finishedAt: number | undefined;
}

/** One device of one person; device 0 is the phone itself. */
export interface DeviceRef {
  readonly phone: Phone;
  readonly device: number;
}

export const makeWorld = (
  parts: Pick<World, 'state' | 'random' | 'now' | 'phones' | 'onError' | 'trace'> & { blobs?: Blobs },
): World => {
  const clock = { ahead: 0 };
  return {
    ...parts,
    blobs: parts.blobs ?? memoryBlobs(),
    clock,
    now: () => parts.now() + clock.ahead,
    connections: new Map(),
    offers: new Map(),
    codes: new Map(),
    changes: new EventEmitter().setMaxListeners(0),
    timers: new Set(),
    bursts: new Map(),
    unanswered: new Set(),
    frameLog: makeFrameLog(FRAMES_KEPT),
  };
};

/** The name of a device in maps and Signal records. */
export const deviceKey = ({ phone, device }: DeviceRef): string => `${phone.number}.${device}`;

export const nextSequence = (world: World): number => {
  world.state.sequence += 1;
  return world.state.sequence;
};

export const changed = (world: World): void => {
  world.changes.emit('change');
};

/** Unix seconds, as stanzas carry them. */
export const seconds = (world: World): string => String(Math.floor(world.now() / 1000));

const findPhone = (world: World, user: string, server: string): Phone | undefined => {
  const number = server === 'lid' ? world.state.lids.get(user) : user;
  return number === undefined ? undefined : world.state.phones.get(number);
};

/** Whom a jid names, by phone number or LID; undefined for strangers and what is no person. */
export const resolve = (world: World, jid: string | undefined): DeviceRef | undefined => {
  const parsed = parseJid(jid);
  if (parsed === undefined || (parsed.server !== 'lid' && parsed.server !== 's.whatsapp.net')) {
    return undefined;
  }
  const phone = findPhone(world, parsed.user, parsed.server);
  return phone === undefined ? undefined : { phone, device: parsed.device };
};

export const domainOf = (jid: string | undefined): Domain =>
  jid?.endsWith('@lid') === true ? 'lid' : 's.whatsapp.net';

export const otherDomain = (domain: Domain): Domain => (domain === 'lid' ? 's.whatsapp.net' : 'lid');

/** How a device is addressed in a domain. */
export const addressOf = ({ phone, device }: DeviceRef, domain: Domain): string =>
  formatJid(domain === 'lid' ? phone.lid : phone.number, domain, device);

export const companionOf = ({ phone, device }: DeviceRef): Companion | undefined =>
  phone.companions.get(device);

/** The phone and all its companions. */
export const devicesOf = (phone: Phone): DeviceRef[] => [
  { phone, device: 0 },
  ...[...phone.companions.keys()].map((device) => ({ phone, device })),
];

/** Runs `task` after so many milliseconds (0 = now), unless the world ends before. */
export const later = (world: World, delay: number, task: () => void): void => {
  if (delay <= 0) {
    task();
    return;
  }
  const timer = setTimeout(() => {
    world.timers.delete(timer);
    task();
  }, delay);
  world.timers.add(timer);
};

/** Runs `task` now, late, or never, as trouble has it. */
export const unlessHeld = (world: World, hold: Hold, task: () => void): void => {
  if (hold !== 'withhold') later(world, hold ?? 0, task);
};
