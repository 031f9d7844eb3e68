import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, WildcatError } from '../errors.ts';

const KEY_BYTES = 32;
const VERSION = Buffer.from('v1');
const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = VERSION.length + KEY_ID_BYTES + IV_BYTES + TAG_BYTES;

/** Encrypts for one use; `aad` binds a value to its place, so that one can't be put where another belongs. */
export type Sealer = Readonly<{
  seal: (plain: Uint8Array, aad: string) => Buffer;
  /** Throws where the key, the place or a single bit differs. */
  open: (sealed: Uint8Array, aad: string) => Buffer;
}>;

const misconfigured = (message: string, cause?: unknown): WildcatError =>
  new WildcatError('misconfigured', message, { cause });

const decodeKey = (text: string, where: string): KeyObject => {
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== KEY_BYTES) throw misconfigured(`${where} does not hold 32 bytes in base64`);
  return createSecretKey(bytes);
};

// Written aside and linked into place: two starts can't make two keys, and a crash leaves no half one.
const createKeyFile = async (path: string): Promise<void> => {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
};

const readKeyFile = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw misconfigured(`${path} can't be read: set SECRET_KEY or make it readable`, error);
  }
};

/**
 * The master key: `secretKey` (32 bytes, base64) if given, else `dataDir/secret.key`, created once with mode 0600.
 * Throws `misconfigured`; a key that is there but broken is never replaced.
 */
export const loadSecretKey = async (options: {
  secretKey?: string | undefined;
  dataDir: string;
}): Promise<KeyObject> => {
  if (options.secretKey !== undefined) return decodeKey(options.secretKey, 'SECRET_KEY');
  const path = join(options.dataDir, 'secret.key');
  const found = await readKeyFile(path);
  if (found !== null) return decodeKey(found, path);
  await mkdir(options.dataDir, { recursive: true });
  await createKeyFile(path);
  return decodeKey(await readFile(path, 'utf8'), path);
};

/** A key for one use, derived by HKDF-SHA256 (RFC 5869): what leaks from one use opens no other. */
export const deriveKey = (secret: KeyObject, use: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `wildcat/${use}`, KEY_BYTES)));

/**
 * AES-256-GCM under the key derived for `use`. Layout: `v1`, 4 bytes of key id, 12 random bytes of IV, 16 of tag,
 * ciphertext. The key id names the master key, so that a later rotation can tell which one to open with.
 */
export const createSealer = (secret: KeyObject, use: string): Sealer => {
  const key = deriveKey(secret, use);
  const id = createHash('sha256')
    .update(deriveKey(secret, 'key-id').export())
    .digest()
    .subarray(0, KEY_ID_BYTES);
  const head = Buffer.concat([VERSION, id]);
  return {
    seal: (plain, aad) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad));
      const body = cipher.update(plain);
      cipher.final();
      return Buffer.concat([head, iv, cipher.getAuthTag(), body]);
    },
    open: (sealed, aad) => {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes.length < HEADER_BYTES || !bytes.subarray(0, head.length).equals(head)) {
        throw new Error(`${aad} was sealed with another key or in another format`);
      }
      const iv = bytes.subarray(head.length, head.length + IV_BYTES);
      const tag = bytes.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad)).setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]);
    },
  };
};
