import { createCipheriv, createDecipheriv } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';
import { type KeyPair, makeKeyPair, sign, verify, withPrefix } from '../protocol/curve.ts';
import type { Random } from '../protocol/random.ts';
import { groupMessageKeys, stepChain } from './derive.ts';
import { OldCounterError } from './session.ts';

/** How far ahead a message may be, and how many keys of one sender are kept (rc14's group_cipher.js). */
const MAX_AHEAD = 2000;
const MAX_STATES = 5;
const VERSION = Buffer.from([0x33]);
const SIGNATURE = 64;

interface Chain {
  readonly iteration: number;
  readonly key: Buffer;
}

/** What a sender told about its key for a chat. */
interface ReceivedKey {
  readonly id: number;
  readonly signing: Buffer;
  readonly chain: Chain;
  /** Keys of messages that were jumped over. */
  readonly skipped: ReadonlyMap<number, Buffer>;
}

/** The own key for a chat, and who has been told it (device keys). */
interface OwnKey {
  readonly id: number;
  readonly signing: KeyPair;
  readonly chain: Chain;
  readonly holders: ReadonlySet<string>;
}

/** The sender keys of a device: its own by chat, those of others by `{chat} {device}`, the newest last. */
export interface GroupKeys {
  readonly own: Map<string, OwnKey>;
  readonly received: Map<string, readonly ReceivedKey[]>;
}

export const makeGroupKeys = (): GroupKeys => ({ own: new Map(), received: new Map() });

const nameOf = (chat: string, sender: string) => `${chat} ${sender}`;

/** The own key for a chat: made at first use, and anew when somebody who holds it must not read on. */
const ownKey = (keys: GroupKeys, chat: string, readers: ReadonlySet<string>, random: Random): OwnKey => {
  const known = keys.own.get(chat);
  if (known !== undefined && [...known.holders].every((holder) => readers.has(holder))) return known;
  return {
    id: random(4).readUInt32BE(0) & 0x7fffffff,
    signing: makeKeyPair(random),
    chain: { iteration: 0, key: random(32) },
    holders: new Set(),
  };
};

const distribution = (own: OwnKey): Buffer =>
  Buffer.concat([
    VERSION,
    proto.SenderKeyDistributionMessage.encode({
      id: own.id,
      iteration: own.chain.iteration,
      chainKey: own.chain.key,
      signingKey: withPrefix(own.signing.public),
    }).finish(),
  ]);

/** The own key as others are told it, for a message sent again; undefined when nothing was sent to the chat yet. */
export const distributionOf = (keys: GroupKeys, chat: string): Buffer | undefined => {
  const own = keys.own.get(chat);
  return own && distribution(own);
};

/**
 * Encrypts for all `readers` (device keys) of a chat. `untold` are those who do not hold the key yet: they must be
 * sent `distribution` before the message.
 */
export const encryptForChat = (
  keys: GroupKeys,
  { chat, readers }: { readonly chat: string; readonly readers: ReadonlySet<string> },
  plaintext: Uint8Array,
  random: Random,
) => {
  const own = ownKey(keys, chat, readers, random);
  const { next, message } = stepChain(own.chain.key);
  const { cipher, iv } = groupMessageKeys(message);
  const aes = createCipheriv('aes-256-cbc', cipher, iv);
  const ciphertext = Buffer.concat([aes.update(plaintext), aes.final()]);
  const { iteration } = own.chain;
  const body = Buffer.concat([
    VERSION,
    proto.SenderKeyMessage.encode({ id: own.id, iteration, ciphertext }).finish(),
  ]);
  keys.own.set(chat, { ...own, chain: { iteration: iteration + 1, key: next }, holders: readers });
  return {
    message: Buffer.concat([body, sign(own.signing.private, body)]),
    distribution: distribution(own),
    untold: new Set([...readers].filter((reader) => !own.holders.has(reader))),
  };
};

/** Takes note of a sender's key for a chat. Throws on anything that is no distribution message. */
export const learnSenderKey = (keys: GroupKeys, chat: string, sender: string, data: Uint8Array): void => {
  const { id, iteration, chainKey, signingKey } = proto.SenderKeyDistributionMessage.decode(data.subarray(1));
  if (!chainKey || !signingKey) throw new Error('malformed sender key');
  const learnt: ReceivedKey = {
    id: id ?? 0,
    signing: Buffer.from(signingKey),
    chain: { iteration: iteration ?? 0, key: Buffer.from(chainKey) },
    skipped: new Map(),
  };
  const name = nameOf(chat, sender);
  const others = (keys.received.get(name) ?? []).filter((one) => one.id !== learnt.id);
  keys.received.set(name, [...others, learnt].slice(-MAX_STATES));
};

/** The key of one message, and what is left of the sender's key without it. */
const takeKey = (key: ReceivedKey, iteration: number) => {
  const skipped = new Map(key.skipped);
  const kept = skipped.get(iteration);
  if (kept !== undefined) {
    skipped.delete(iteration);
    return { message: kept, rest: { ...key, skipped } };
  }
  if (iteration < key.chain.iteration) throw new OldCounterError(`sender key ${iteration} was used before`);
  if (iteration - key.chain.iteration > MAX_AHEAD) throw new Error(`message ${iteration} is too far ahead`);
  let chain = key.chain.key;
  for (let at = key.chain.iteration; at < iteration; at++) {
    const step = stepChain(chain);
    skipped.set(at, step.message);
    chain = step.next;
  }
  const { next, message } = stepChain(chain);
  return { message, rest: { ...key, skipped, chain: { iteration: iteration + 1, key: next } } };
};

/** Decrypts a `skmsg`. Throws OldCounterError for a key used before, another error otherwise; a failure changes nothing. */
export const decryptFromChat = (keys: GroupKeys, chat: string, sender: string, data: Buffer): Buffer => {
  const signed = data.subarray(0, -SIGNATURE);
  const { id, iteration, ciphertext } = proto.SenderKeyMessage.decode(signed.subarray(1));
  const name = nameOf(chat, sender);
  const known = keys.received.get(name) ?? [];
  const key = known.find((one) => one.id === (id ?? 0));
  if (key === undefined) throw new Error(`no sender key of ${sender}`);
  if (!verify(key.signing, signed, data.subarray(-SIGNATURE))) throw new Error('bad sender key signature');
  const { message, rest } = takeKey(key, iteration ?? 0);
  const { cipher, iv } = groupMessageKeys(message);
  const aes = createDecipheriv('aes-256-cbc', cipher, iv);
  const plaintext = Buffer.concat([aes.update(ciphertext ?? Buffer.alloc(0)), aes.final()]);
  keys.received.set(
    name,
    known.map((one) => (one === key ? rest : one)),
  );
  return plaintext;
};
