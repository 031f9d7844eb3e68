import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2Sync } from 'node:crypto';
import { agree, type KeyPair } from './curve.ts';
import type { Random } from './random.ts';

/** Iterations rc14 derives the key of a code with (crypto.js, derivePairingCodeKey): some 40 ms. */
const ITERATIONS = 2 << 16;
const SALT = 32;
const CTR_IV = 16;
const GCM_IV = 12;
const TAG = 16;

const codeKey = (code: string, salt: Buffer) => pbkdf2Sync(code, salt, ITERATIONS, 32, 'sha256');

const ctr = (code: string, salt: Buffer, iv: Buffer, data: Buffer): Buffer => {
  const cipher = createCipheriv('aes-256-ctr', codeKey(code, salt), iv);
  return Buffer.concat([cipher.update(data), cipher.final()]);
};

/** The public key a companion has wrapped with its code; with another code it is garbage. Throws when it is too short. */
export const unwrapKey = (code: string, wrapped: Buffer): Buffer => {
  if (wrapped.length !== SALT + CTR_IV + 32) throw new Error('malformed wrapped key');
  const salt = wrapped.subarray(0, SALT);
  return ctr(code, salt, wrapped.subarray(SALT, SALT + CTR_IV), wrapped.subarray(SALT + CTR_IV));
};

/** Wraps the phone's public key so that only who shows the code can read it. */
export const wrapKey = (code: string, key: Buffer, random: Random): Buffer => {
  const salt = random(SALT);
  const iv = random(CTR_IV);
  return Buffer.concat([salt, iv, ctr(code, salt, iv, key)]);
};

const derive = (input: Buffer, salt: Buffer, info: string) =>
  Buffer.from(hkdfSync('sha256', input, salt, info, 32));

/** What the phone needs to read a companion's last answer. */
export interface LinkSecrets {
  readonly identity: KeyPair;
  readonly ephemeral: KeyPair;
  /** The companion's ephemeral key, unwrapped. */
  readonly companionKey: Buffer;
}

/** Opens the bundle; throws when it was not encrypted for these keys: the code was another one. */
const openBundle = (bundle: Buffer, shared: Buffer): Buffer => {
  const salt = bundle.subarray(0, SALT);
  const iv = bundle.subarray(SALT, SALT + GCM_IV);
  const sealed = bundle.subarray(SALT + GCM_IV);
  const key = derive(shared, salt, 'link_code_pairing_key_bundle_encryption_key');
  const decipher = createDecipheriv('aes-256-gcm', key, iv);
  decipher.setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()]);
};

/**
 * Reads the bundle a companion ends with and gives the secret both share from then on (`advSecret`), which the QR
 * code would have shown (messages-recv.js, link_code_companion_reg). Throws if the code that was entered is wrong.
 */
export const finishLink = (secrets: LinkSecrets, companionIdentity: Buffer, bundle: Buffer): Buffer => {
  const shared = agree(secrets.ephemeral.private, secrets.companionKey);
  const opened = openBundle(bundle, shared);
  const [companion, primary, random] = [0, 32, 64].map((at) => opened.subarray(at, at + 32));
  if (!companion?.equals(companionIdentity) || !primary?.equals(secrets.identity.public) || !random) {
    throw new Error('the bundle is of somebody else');
  }
  const identityShared = agree(secrets.identity.private, companionIdentity);
  return derive(Buffer.concat([shared, identityShared, random]), Buffer.alloc(0), 'adv_secret');
};
