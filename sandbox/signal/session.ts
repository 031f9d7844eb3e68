import { agree, type KeyPair, withPrefix } from '../protocol/curve.ts';
import { firstRoot, lock, stepChain, stepRoot, unlock } from './derive.ts';
import { decodeWhisper, encodePreKey, encodeWhisper, type PreKeyMessage } from './wire.ts';

/** How far ahead of the last one seen a message may be, and how many old chains are kept (libsignal's limits). */
const MAX_AHEAD = 2000;
const MAX_CHAINS = 5;

interface ReceivingChain {
  readonly ratchetKey: Buffer;
  readonly key: Buffer;
  readonly counter: number;
  /** Keys of messages that were jumped over. */
  readonly skipped: ReadonlyMap<number, Buffer>;
}

/** A Double Ratchet session as data; every step gives a new one, so a failed step leaves nothing behind. */
export interface Session {
  readonly baseKey: Buffer;
  readonly remoteIdentity: Buffer;
  readonly remoteRegistrationId: number;
  readonly root: Buffer;
  readonly ratchet: KeyPair;
  readonly sending?: { readonly key: Buffer; readonly counter: number };
  readonly previousCounter: number;
  readonly receiving: readonly ReceivingChain[];
  /** Set until the other side has answered: every message is a `pkmsg` that opens the session there. */
  readonly pending?: { readonly preKeyId?: number | undefined; readonly signedPreKeyId: number };
}

/** Who we are to the session. */
export interface Self {
  readonly identity: KeyPair;
  readonly registrationId: number;
}

/** What a device publishes so that others can open a session to it. Keys are raw 32 bytes. */
export interface Bundle {
  readonly registrationId: number;
  readonly identity: Buffer;
  readonly signedPreKey: { readonly id: number; readonly public: Buffer; readonly signature: Buffer };
  readonly preKey?: { readonly id: number; readonly public: Buffer } | undefined;
}

export interface Ciphertext {
  readonly type: 'pkmsg' | 'msg';
  readonly body: Buffer;
}

/** The message key was used before: a repeated message, or a sender whose ratchet was set back. */
export class OldCounterError extends Error {
  override readonly name = 'OldCounterError';
}

/** Opens a session from a bundle (X3DH as the initiator); `base` and `ratchet` are fresh key pairs. */
export const openSession = (self: Self, bundle: Bundle, base: KeyPair, ratchet: KeyPair): Session => {
  const signed = bundle.signedPreKey.public;
  const first = firstRoot([
    agree(self.identity.private, signed),
    agree(base.private, bundle.identity),
    agree(base.private, signed),
    ...(bundle.preKey === undefined ? [] : [agree(base.private, bundle.preKey.public)]),
  ]);
  const { root, chain } = stepRoot(first, ratchet, signed);
  return {
    baseKey: base.public,
    remoteIdentity: bundle.identity,
    remoteRegistrationId: bundle.registrationId,
    root,
    ratchet,
    sending: { key: chain, counter: 0 },
    previousCounter: 0,
    receiving: [],
    pending: { preKeyId: bundle.preKey?.id, signedPreKeyId: bundle.signedPreKey.id },
  };
};

/** The session another device has opened to us (X3DH as the responder). */
export const acceptSession = (
  self: Self,
  message: PreKeyMessage,
  signedPreKey: KeyPair,
  preKey: KeyPair | undefined,
): Session => ({
  baseKey: message.baseKey,
  remoteIdentity: message.identity,
  remoteRegistrationId: message.registrationId,
  root: firstRoot([
    agree(signedPreKey.private, message.identity),
    agree(self.identity.private, message.baseKey),
    agree(signedPreKey.private, message.baseKey),
    ...(preKey === undefined ? [] : [agree(preKey.private, message.baseKey)]),
  ]),
  ratchet: signedPreKey,
  previousCounter: 0,
  receiving: [],
});

/** Encrypts the next message of the sending chain. Throws if the session has none yet. */
export const encryptWith = (self: Self, session: Session, plaintext: Uint8Array) => {
  if (session.sending === undefined) throw new Error('session has no sending chain');
  const { next, message } = stepChain(session.sending.key);
  const { ciphertext, seal } = lock(message, plaintext);
  const body = encodeWhisper({
    ratchetKey: session.ratchet.public,
    counter: session.sending.counter,
    previousCounter: session.previousCounter,
    ciphertext,
  });
  const mac = seal(withPrefix(self.identity.public), withPrefix(session.remoteIdentity), body);
  const whisper = Buffer.concat([body, mac]);
  const advanced: Session = { ...session, sending: { key: next, counter: session.sending.counter + 1 } };
  const sent: Ciphertext =
    session.pending === undefined
      ? { type: 'msg', body: whisper }
      : {
          type: 'pkmsg',
          body: encodePreKey({
            ...session.pending,
            registrationId: self.registrationId,
            baseKey: session.baseKey,
            identity: self.identity.public,
            message: whisper,
          }),
        };
  return { session: advanced, sent };
};

/** The chain a message belongs to, opened by a ratchet step if its key is new. */
const chainFor = (session: Session, ratchetKey: Buffer, fresh: () => KeyPair) => {
  const known = session.receiving.find((chain) => chain.ratchetKey.equals(ratchetKey));
  if (known !== undefined) return { session, chain: known };
  const received = stepRoot(session.root, session.ratchet, ratchetKey);
  const ratchet = fresh();
  const sent = stepRoot(received.root, ratchet, ratchetKey);
  const chain: ReceivingChain = { ratchetKey, key: received.chain, counter: 0, skipped: new Map() };
  const stepped: Session = {
    ...session,
    root: sent.root,
    ratchet,
    sending: { key: sent.chain, counter: 0 },
    previousCounter: Math.max((session.sending?.counter ?? 0) - 1, 0),
    receiving: [chain, ...session.receiving].slice(0, MAX_CHAINS),
  };
  return { session: stepped, chain };
};

/** Takes the key of message `counter` out of a chain. */
const takeMessageKey = (chain: ReceivingChain, counter: number) => {
  const skipped = new Map(chain.skipped);
  const kept = skipped.get(counter);
  if (kept !== undefined) {
    skipped.delete(counter);
    return { key: kept, chain: { ...chain, skipped } };
  }
  if (counter < chain.counter) throw new OldCounterError(`message key ${counter} was used before`);
  if (counter - chain.counter > MAX_AHEAD) throw new Error(`message ${counter} is too far ahead`);
  let key = chain.key;
  for (let at = chain.counter; at < counter; at++) {
    const { next, message } = stepChain(key);
    skipped.set(at, message);
    key = next;
  }
  const { next, message } = stepChain(key);
  return { key: message, chain: { ...chain, key: next, counter: counter + 1, skipped } };
};

/** Decrypts a `msg`. Throws OldCounterError, or another error if it is not for this session. */
export const decryptWith = (self: Self, session: Session, data: Buffer, fresh: () => KeyPair) => {
  const { message, signed, mac } = decodeWhisper(data);
  const opened = chainFor(session, message.ratchetKey, fresh);
  const { key, chain } = takeMessageKey(opened.chain, message.counter);
  const plaintext = unlock(key, message.ciphertext, mac, [
    withPrefix(session.remoteIdentity),
    withPrefix(self.identity.public),
    signed,
  ]);
  const { pending: _answered, ...rest } = opened.session;
  const advanced: Session = {
    ...rest,
    receiving: rest.receiving.map((other) => (other === opened.chain ? chain : other)),
  };
  return { session: advanced, plaintext };
};
