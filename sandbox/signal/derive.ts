import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { agree, type KeyPair } from '../protocol/curve.ts';

const ZERO_SALT = Buffer.alloc(32);

export const hmac = (key: Buffer, ...data: readonly Uint8Array[]): Buffer => {
  const mac = createHmac('sha256', key);
  for (const part of data) mac.update(part);
  return mac.digest();
};

/** HKDF-SHA256 in blocks of 32 bytes. */
const derive = (input: Buffer, salt: Buffer, info: string, blocks: number): Buffer[] => {
  const prk = hmac(salt, input);
  const out: Buffer[] = [];
  for (let block = 1; block <= blocks; block++) {
    out.push(hmac(prk, out.at(-1) ?? Buffer.alloc(0), Buffer.from(info), Buffer.from([block])));
  }
  return out;
};

const pair = ([first, second]: Buffer[]) => {
  if (first === undefined || second === undefined) throw new Error('too little key material');
  return [first, second] as const;
};

/** The first root key from the X3DH agreements (Signal's X3DH, section 3.3). */
export const firstRoot = (agreements: readonly Buffer[]): Buffer =>
  pair(derive(Buffer.concat([Buffer.alloc(32, 0xff), ...agreements]), ZERO_SALT, 'WhisperText', 2))[0];

/** One step of the root chain: a new root and the first key of the chain it opens. */
export const stepRoot = (root: Buffer, own: KeyPair, theirs: Buffer) => {
  const [next, chain] = pair(derive(agree(own.private, theirs), root, 'WhisperRatchet', 2));
  return { root: next, chain };
};

/** One step of a chain: the next chain key, and the key of this message. */
export const stepChain = (chain: Buffer) => ({
  next: hmac(chain, Buffer.from([2])),
  message: hmac(chain, Buffer.from([1])),
});

const messageKeys = (messageKey: Buffer) => {
  const [cipher, mac, iv] = derive(messageKey, ZERO_SALT, 'WhisperMessageKeys', 3);
  if (cipher === undefined || mac === undefined || iv === undefined) throw new Error('too little keys');
  return { cipher, mac, iv: iv.subarray(0, 16) };
};

/** Cipher key and iv of a sender-key message (rc14's sender-message-key.js). */
export const groupMessageKeys = (messageKey: Buffer) => {
  const [first, second] = pair(derive(messageKey, ZERO_SALT, 'WhisperGroup', 2));
  return { iv: first.subarray(0, 16), cipher: Buffer.concat([first.subarray(16), second.subarray(0, 16)]) };
};

/** Encrypts with AES-256-CBC; `seal` gives the 8-byte MAC over both identities and the encoded message. */
export const lock = (messageKey: Buffer, plaintext: Uint8Array) => {
  const keys = messageKeys(messageKey);
  const cipher = createCipheriv('aes-256-cbc', keys.cipher, keys.iv);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const seal = (...signed: readonly Uint8Array[]) => hmac(keys.mac, ...signed).subarray(0, 8);
  return { ciphertext, seal };
};

/** Checks the MAC, then decrypts. Throws `Bad MAC` before anything else can go wrong. */
export const unlock = (
  messageKey: Buffer,
  ciphertext: Buffer,
  mac: Buffer,
  signed: readonly Uint8Array[],
): Buffer => {
  const keys = messageKeys(messageKey);
  const expected = hmac(keys.mac, ...signed).subarray(0, 8);
  if (mac.length !== 8 || !timingSafeEqual(mac, expected)) throw new Error('Bad MAC');
  const decipher = createDecipheriv('aes-256-cbc', keys.cipher, keys.iv);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
};
