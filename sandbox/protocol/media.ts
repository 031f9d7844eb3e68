import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';
import type { Random } from './random.ts';

/** What keys are derived for (MEDIA_HKDF_KEY_MAPPING of Baileys' defaults). */
export type MediaUse = 'Image' | 'Video' | 'Audio' | 'Document' | 'History' | 'App State';

/** What the receiver of a file must be told to read and verify it. */
interface MediaSecrets {
  readonly key: Buffer;
  /** Of the plain file. */
  readonly sha256: Buffer;
  /** Of what is uploaded: ciphertext and MAC. */
  readonly encSha256: Buffer;
}

const MAC_LENGTH = 10;

export const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

const expand = (key: Buffer, info: string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), info, length));

const keysFor = (key: Buffer, use: MediaUse) => {
  const expanded = expand(key, `WhatsApp ${use} Keys`, 112);
  return { iv: expanded.subarray(0, 16), cipher: expanded.subarray(16, 48), mac: expanded.subarray(48, 80) };
};

const macOf = (keys: ReturnType<typeof keysFor>, ciphertext: Buffer) =>
  createHmac('sha256', keys.mac).update(keys.iv).update(ciphertext).digest().subarray(0, MAC_LENGTH);

/** Encrypts a file under a new key: AES-256-CBC and ten bytes of MAC (messages-media.js, encryptedStream). */
export const encryptMedia = (
  plain: Buffer,
  use: MediaUse,
  random: Random,
): MediaSecrets & { readonly body: Buffer } => {
  const key = random(32);
  const keys = keysFor(key, use);
  const cipher = createCipheriv('aes-256-cbc', keys.cipher, keys.iv);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  const body = Buffer.concat([ciphertext, macOf(keys, ciphertext)]);
  return { key, sha256: sha256(plain), encSha256: sha256(body), body };
};

/** Decrypts a file and checks that it is the one that was announced: both hashes and the MAC. Throws if it is not. */
export const decryptMedia = (body: Buffer, use: MediaUse, secrets: MediaSecrets): Buffer => {
  if (!sha256(body).equals(secrets.encSha256)) throw new Error('the encrypted file has another sha256');
  const keys = keysFor(secrets.key, use);
  const ciphertext = body.subarray(0, -MAC_LENGTH);
  const mac = body.subarray(-MAC_LENGTH);
  if (mac.length !== MAC_LENGTH || !timingSafeEqual(mac, macOf(keys, ciphertext))) {
    throw new Error('the file has a bad MAC');
  }
  const decipher = createDecipheriv('aes-256-cbc', keys.cipher, keys.iv);
  const plain = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  if (!sha256(plain).equals(secrets.sha256)) throw new Error('the file has another sha256');
  return plain;
};

/** AES-256-GCM, its tag at the end, as Baileys' aesEncryptGCM gives it. */
export const sealGcm = (plain: Uint8Array, key: Buffer, iv: Buffer, aad: Buffer): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/** Opens what `sealGcm` made. Throws on a wrong key, iv or aad. */
export const openGcm = (sealed: Buffer, key: Buffer, iv: Buffer, aad: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
};

/** The key of what phone and companion say about a file that is to be uploaded again. */
export const mediaRetryKey = (key: Buffer): Buffer => expand(key, 'WhatsApp Media Retry Notification', 32);
