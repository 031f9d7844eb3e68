import { type KeyPair, makeKeyPair, sign, withPrefix } from '../protocol/curve.ts';
import type { Random } from '../protocol/random.ts';
import type { GroupKeys } from './groups.ts';
import { makeGroupKeys } from './groups.ts';
import {
  acceptSession,
  type Bundle,
  type Ciphertext,
  decryptWith,
  encryptWith,
  OldCounterError,
  openSession,
  type Self,
  type Session,
} from './session.ts';
import { decodePreKey } from './wire.ts';

/** Sessions kept for messages that are still on their way when a newer one was opened (libsignal keeps 40). */
const MAX_ARCHIVED = 40;

/** All sessions with one device, the current one first. */
type SessionRecord = readonly Session[];

/** A Signal device: its own keys and a record per device it talks to. Plain data, changed in place. */
export interface SignalDevice extends Self {
  readonly signedPreKey: { readonly id: number; readonly pair: KeyPair; signature?: Buffer };
  readonly preKeys: Map<number, KeyPair>;
  nextPreKeyId: number;
  readonly records: Map<string, SessionRecord>;
  readonly groups: GroupKeys;
}

export const makeSignalDevice = (random: Random): SignalDevice => ({
  identity: makeKeyPair(random),
  registrationId: random(2).readUInt16BE(0) & 16383,
  signedPreKey: { id: 1, pair: makeKeyPair(random) },
  preKeys: new Map(),
  nextPreKeyId: 1,
  records: new Map(),
  groups: makeGroupKeys(),
});

/** A bundle with a one-time prekey of its own. */
export const takeBundle = (device: SignalDevice, random: Random): Bundle => {
  const id = device.nextPreKeyId++;
  const preKey = makeKeyPair(random);
  device.preKeys.set(id, preKey);
  const { signedPreKey } = device;
  // signed at first use: a signature takes longer than all the other keys of a phone together
  signedPreKey.signature ??= sign(device.identity.private, withPrefix(signedPreKey.pair.public));
  return {
    registrationId: device.registrationId,
    identity: device.identity.public,
    signedPreKey: {
      id: signedPreKey.id,
      public: signedPreKey.pair.public,
      signature: signedPreKey.signature,
    },
    preKey: { id, public: preKey.public },
  };
};

const keep = (device: SignalDevice, address: string, record: SessionRecord) =>
  device.records.set(address, record.slice(0, MAX_ARCHIVED + 1));

/** Opens a new session to `address`; the one before is kept for messages still on their way. */
export const startSession = (device: SignalDevice, address: string, bundle: Bundle, random: Random): void => {
  const session = openSession(device, bundle, makeKeyPair(random), makeKeyPair(random));
  keep(device, address, [session, ...(device.records.get(address) ?? [])]);
};

export const hasSession = (device: SignalDevice, address: string): boolean =>
  device.records.get(address)?.[0]?.sending !== undefined;

/** Encrypts for `address`. Throws without a session. */
export const encryptFor = (device: SignalDevice, address: string, plaintext: Uint8Array): Ciphertext => {
  const [current, ...archived] = device.records.get(address) ?? [];
  if (current === undefined) throw new Error(`no session with ${address}`);
  const { session, sent } = encryptWith(device, current, plaintext);
  keep(device, address, [session, ...archived]);
  return sent;
};

/** Tries the sessions in turn; the one that fits becomes the current one. */
const decryptAny = (device: SignalDevice, address: string, body: Buffer, random: Random): Buffer => {
  const record = device.records.get(address) ?? [];
  let failure = new Error(`no session with ${address}`);
  for (const candidate of record) {
    try {
      const { session, plaintext } = decryptWith(device, candidate, body, () => makeKeyPair(random));
      keep(device, address, [session, ...record.filter((other) => other !== candidate)]);
      return plaintext;
    } catch (error) {
      if (error instanceof OldCounterError) throw error;
      if (candidate === record[0] && error instanceof Error) failure = error;
    }
  }
  throw failure;
};

const decryptFirst = (device: SignalDevice, address: string, body: Buffer, random: Random): Buffer => {
  const message = decodePreKey(body);
  const record = device.records.get(address) ?? [];
  if (record.some((session) => session.baseKey.equals(message.baseKey))) {
    return decryptAny(device, address, message.message, random);
  }
  const preKey = message.preKeyId === undefined ? undefined : device.preKeys.get(message.preKeyId);
  if (message.preKeyId !== undefined && preKey === undefined) {
    throw new Error(`unknown prekey ${message.preKeyId}`);
  }
  const accepted = acceptSession(device, message, device.signedPreKey.pair, preKey);
  const { session, plaintext } = decryptWith(device, accepted, message.message, () => makeKeyPair(random));
  keep(device, address, [session, ...record]);
  if (message.preKeyId !== undefined) device.preKeys.delete(message.preKeyId);
  return plaintext;
};

/**
 * Decrypts what came from `address`. Throws OldCounterError for a message key used before, another error for a
 * ciphertext no session fits; a failure changes nothing.
 */
export const decryptFrom = (
  device: SignalDevice,
  address: string,
  { type, body }: Ciphertext,
  random: Random,
): Buffer =>
  type === 'pkmsg' ? decryptFirst(device, address, body, random) : decryptAny(device, address, body, random);
