import { createHash } from 'node:crypto';
import { makeAppState } from '../protocol/app-state.ts';
import { announceIdentity } from '../server/devices.ts';
import { makePresence } from '../server/presence.ts';
import { makePrivacy } from '../server/privacy.ts';
import { NO_ABOUT } from '../server/profile.ts';
import { removeCompanion } from '../server/removal.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR, type Phone } from '../server/state.ts';
import { noTrouble } from '../server/trouble.ts';
import { changed, type World } from '../server/world.ts';
import { makeSignalDevice } from '../signal/records.ts';

/** The LID of a number: always the same, and nothing like it. */
const lidOf = (number: string): string => {
  const digits = createHash('sha256').update(`lid ${number}`).digest().readUIntBE(0, 6);
  return String(1e14 + (digits % 9e14));
};

interface NewPhone {
  /** Digits with country code, no plus. */
  readonly number: string;
  readonly name?: string | undefined;
  readonly behaviour?: Partial<Behaviour> | undefined;
}

/** Makes a phone, or gives the one with that number. */
export const makePhone = (world: World, { number, name, behaviour }: NewPhone): Phone => {
  const existing = world.state.phones.get(number);
  if (existing !== undefined) return existing;
  const phone: Phone = {
    number,
    lid: lidOf(number),
    name: name ?? `+${number}`,
    signal: makeSignalDevice(world.random),
    behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour },
    companions: new Map(),
    nextDevice: 1,
    missed: [],
    arrivals: [],
    messages: [],
    shown: new Map(),
    sent: new Map(),
    retries: new Map(),
    appStateKey: world.random(32),
    collections: new Map(),
    appState: makeAppState(),
    disappearing: new Map(),
    gone: new Map(),
    privacy: makePrivacy(),
    about: NO_ABOUT,
    history: { chats: 0, messages: 0, onMediaHost: false },
    defaultTimer: { seconds: 0, at: 0 },
    presence: makePresence(),
    trouble: noTrouble(),
  };
  world.state.phones.set(number, phone);
  world.state.lids.set(phone.lid, number);
  changed(world);
  return phone;
};

/** Sets a phone up anew: new keys, no sessions, all companions unlinked; those who talk to it are told. */
export const reinstall = (world: World, phone: Phone): void => {
  for (const device of phone.companions.keys()) removeCompanion(world, { phone, device });
  phone.signal = makeSignalDevice(world.random);
  phone.retries.clear();
  announceIdentity(world, phone);
  changed(world);
};
