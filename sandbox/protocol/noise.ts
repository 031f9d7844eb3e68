import {
  aesDecryptGCM,
  aesEncryptGCM,
  hkdf,
  NOISE_MODE,
  NOISE_WA_HEADER,
  proto,
  sha256,
} from '@whiskeysockets/baileys';
import type { ServerIdentity } from './certificates.ts';
import { agree, makeKeyPair } from './curve.ts';
import type { Random } from './random.ts';

/** Encrypts what leaves, decrypts what comes, each with a counter of its own. Throws on a broken frame. */
export interface Transport {
  readonly encrypt: (plaintext: Uint8Array) => Buffer;
  readonly decrypt: (ciphertext: Uint8Array) => Buffer;
}

/** What the client proved and said in its last handshake message. */
export interface ClientHello {
  readonly staticKey: Buffer;
  readonly payload: proto.ClientPayload;
  readonly transport: Transport;
}

const NOTHING = Buffer.alloc(0);

const nonce = (counter: number) => {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
};

const split = (material: Uint8Array, salt: Uint8Array) => {
  const okm = Buffer.from(hkdf(material, 64, { salt: Buffer.from(salt), info: '' }));
  return [okm.subarray(0, 32), okm.subarray(32)] as const;
};

/** The symmetric state of Noise (its specification, section 5.2). */
const symmetricState = () => {
  const mode = Buffer.from(NOISE_MODE);
  let hash: Buffer = mode.length === 32 ? mode : sha256(mode);
  let salt: Buffer = hash;
  let key: Buffer = hash;
  let counter = 0;
  const mixHash = (data: Uint8Array) => {
    hash = sha256(Buffer.concat([hash, data]));
  };
  return {
    mixHash,
    mixKey: (secret: Uint8Array) => {
      [salt, key] = split(secret, salt);
      counter = 0;
    },
    encrypt: (plaintext: Uint8Array) => {
      const out = aesEncryptGCM(plaintext, key, nonce(counter++), hash);
      mixHash(out);
      return out;
    },
    decrypt: (ciphertext: Uint8Array) => {
      const out = aesDecryptGCM(ciphertext, key, nonce(counter++), hash);
      mixHash(ciphertext);
      return out;
    },
    keys: () => split(NOTHING, salt),
  };
};

const makeTransport = (sendKey: Buffer, receiveKey: Buffer): Transport => {
  let sent = 0;
  let received = 0;
  return {
    encrypt: (plaintext) => aesEncryptGCM(plaintext, sendKey, nonce(sent++), NOTHING),
    decrypt: (ciphertext) => aesDecryptGCM(ciphertext, receiveKey, nonce(received++), NOTHING),
  };
};

const required = (value: Uint8Array | null | undefined, what: string): Uint8Array => {
  if (value === null || value === undefined) throw new Error(`handshake without ${what}`);
  return value;
};

/**
 * The responder of Noise_XX_25519_AESGCM_SHA256 as noise-handler.js speaks it: `hello` takes the client's first
 * message and gives the answer, `finish` takes the second one. Both throw on a message that does not fit.
 */
export const makeHandshake = (identity: ServerIdentity, random: Random) => {
  const state = symmetricState();
  const ephemeral = makeKeyPair(random);
  state.mixHash(NOISE_WA_HEADER);

  const hello = (message: Uint8Array): Uint8Array => {
    const theirs = required(
      proto.HandshakeMessage.decode(message).clientHello?.ephemeral,
      'client ephemeral key',
    );
    state.mixHash(theirs);
    state.mixHash(ephemeral.public);
    state.mixKey(agree(ephemeral.private, theirs));
    const staticKey = state.encrypt(identity.static.public);
    state.mixKey(agree(identity.static.private, theirs));
    const payload = state.encrypt(identity.chain);
    return proto.HandshakeMessage.encode({
      serverHello: { ephemeral: ephemeral.public, static: staticKey, payload },
    }).finish();
  };

  const finish = (message: Uint8Array): ClientHello => {
    const { clientFinish } = proto.HandshakeMessage.decode(message);
    const staticKey = state.decrypt(required(clientFinish?.static, 'client static key'));
    state.mixKey(agree(ephemeral.private, staticKey));
    const payload = proto.ClientPayload.decode(
      state.decrypt(required(clientFinish?.payload, 'client payload')),
    );
    const [toServer, toClient] = state.keys();
    return { staticKey, payload, transport: makeTransport(toClient, toServer) };
  };

  return { hello, finish };
};
