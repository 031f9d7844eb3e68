import { createPrivateKey, createPublicKey, diffieHellman, verify as verifyEd25519 } from 'node:crypto';
import { Curve } from '@whiskeysockets/baileys';
import type { Random } from './random.ts';

/** X25519 keys, 32 raw bytes each (on the wire of Signal a public key has 0x05 in front). */
export interface KeyPair {
  readonly public: Buffer;
  readonly private: Buffer;
}

const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex');
const SIGNAL_PREFIX = Buffer.from([5]);

const privateObject = (key: Buffer) =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_DER, key]), format: 'der', type: 'pkcs8' });
const publicObject = (key: Uint8Array) =>
  createPublicKey({ key: Buffer.concat([PUBLIC_DER, key]), format: 'der', type: 'spki' });

/** A new key pair from 32 random bytes. */
export const makeKeyPair = (random: Random): KeyPair => {
  const secret = random(32);
  secret.writeUInt8(secret.readUInt8(0) & 248, 0);
  secret.writeUInt8((secret.readUInt8(31) & 127) | 64, 31);
  const exported = createPublicKey(privateObject(secret)).export({ format: 'der', type: 'spki' });
  return { private: secret, public: exported.subarray(PUBLIC_DER.length) };
};

/** The X25519 shared secret, 32 bytes. Throws on a public key that is no point. */
export const agree = (privateKey: Buffer, publicKey: Uint8Array): Buffer =>
  diffieHellman({ privateKey: privateObject(privateKey), publicKey: publicObject(withoutPrefix(publicKey)) });

/** XEdDSA signature, 64 bytes; takes some 6 ms. */
export const sign = (privateKey: Buffer, message: Uint8Array): Buffer =>
  Buffer.from(Curve.sign(privateKey, message));

/** The 33-byte form Signal puts on the wire. */
export const withPrefix = (key: Uint8Array): Buffer =>
  key.length === 33 ? Buffer.from(key) : Buffer.concat([SIGNAL_PREFIX, key]);

/** The raw 32 bytes of a public key in either form. */
export const withoutPrefix = (key: Uint8Array): Buffer =>
  Buffer.from(key.length === 33 ? key.subarray(1) : key);

const PRIME = 2n ** 255n - 19n;
const ED25519_DER = Buffer.from('302a300506032b6570032100', 'hex');

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  let square = base % PRIME;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
};

/** Whether an XEdDSA signature fits: the X25519 key is turned into its Ed25519 twin, y = (u - 1) / (u + 1). */
export const verify = (publicKey: Uint8Array, message: Uint8Array, signature: Buffer): boolean => {
  if (signature.length !== 64) return false;
  const u = BigInt(`0x${Buffer.from(withoutPrefix(publicKey)).reverse().toString('hex')}`) % PRIME;
  const y = ((u - 1n + PRIME) * power(u + 1n, PRIME - 2n)) % PRIME;
  const twin = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
  const sign = signature.readUInt8(63);
  twin.writeUInt8(twin.readUInt8(31) | (sign & 128), 31);
  const plain = Buffer.from(signature);
  plain.writeUInt8(sign & 127, 63);
  const key = createPublicKey({ key: Buffer.concat([ED25519_DER, twin]), format: 'der', type: 'spki' });
  return verifyEd25519(null, message, key, plain);
};
