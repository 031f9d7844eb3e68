import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import {
  type BinaryNode,
  cleanMessage,
  DEFAULT_CONNECTION_CONFIG,
  decodeMessageNode,
  proto,
  type SignalDataSet,
  type SignalKeyStoreWithTransaction,
  type SocketConfig,
  unpadRandomMax16,
  writeRandomPadMax16,
} from '@whiskeysockets/baileys';
import { announced, withoutPart } from './history/history.ts';
import { guardLinks, outsideRelays, tokensOutsideRelays } from './mends/repository.ts';
import { INBOX, type KeyMemory } from './output-commit/key-memory.ts';
import type { Recent } from './output-commit/recent.ts';
import type { Recorder } from './output-commit/recorder.ts';
import type { Directory } from './reading/addresses.ts';
import type { Polls } from './reading/polls.ts';
import { messageOfRaw } from './reading/raw.ts';

type MakeRepository = SocketConfig['makeSignalRepository'];

type Seam = Readonly<{
  makeSignalRepository: MakeRepository;
  /** To be called with every `<message>` before Baileys gets it: the ciphertext alone does not say whose it is. */
  expect: (stanza: BinaryNode) => void;
}>;

type SeamDeps = Readonly<{
  memory: KeyMemory;
  recent: Recent;
  recorder: Recorder;
  directory: Directory;
  polls: Pick<Polls, 'load'>;
  /** Resolves when this message may be decrypted. Never, once the session has ended. */
  mayDecrypt: (stanza: BinaryNode) => Promise<void>;
}>;

/** A stanza on its way through: `contents` counts the parts that turned out to be a message. */
type Delivery = { readonly stanza: BinaryNode; contents: number };

/**
 * Key type of ours: plaintexts with more in them than the log holds (sender keys, own devices' talk), by hash of the
 * ciphertext. Baileys takes those in after the ratchet; if it dies in between, the redelivery brings them again whole.
 */
const HANDLED = 'handled';
const HANDLED_KEPT = 200;

const EMPTY = Buffer.from(writeRandomPadMax16(proto.Message.encode({}).finish()));

const hashOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64url');

const chatAltOf = ({ attrs }: BinaryNode): string | undefined =>
  attrs.recipient_lid ?? attrs.recipient_pn ?? attrs.peer_recipient_lid ?? attrs.peer_recipient_pn;

const decode = (padded: Uint8Array): proto.IMessage | null => {
  try {
    const message = proto.Message.decode(unpadRandomMax16(padded));
    return message.deviceSentMessage?.message ?? message;
  } catch {
    return null; // Baileys finds out by itself, asks the sender to repeat and reports it undecryptable
  }
};

/**
 * Wraps Baileys' Signal repository so that the event of a message is queued in one piece with the ratchet that
 * decrypting it has moved, in front of it. A redelivery is always decrypted first (its ratchet may not have reached
 * the disk); what can't be decrypted any more is answered from the log, so that Baileys sends a proper receipt.
 *
 * Encrypting runs outside the transaction of Baileys' relay, so that the sender's ratchet is queued before the frame.
 */
export const createSeam = ({ memory, recent, recorder, directory, polls, mayDecrypt }: SeamDeps): Seam => {
  const deliveries = new WeakMap<object, Delivery>();
  const me = () => ({ id: directory.me().pn ?? '', lid: directory.me().lid ?? '' });

  const messageOf = ({ stanza }: Delivery, content: proto.IMessage) => {
    const { fullMessage } = decodeMessageNode(stanza, me().id, me().lid);
    const message = Object.assign(fullMessage, { message: content });
    cleanMessage(message, me().id, me().lid);
    return message;
  };

  const handled = (ciphertext: Uint8Array, padded: Uint8Array): Record<string, Uint8Array | null> => {
    const ids = [...memory.idsOf(HANDLED)];
    const surplus = ids.slice(0, Math.max(0, ids.length + 1 - HANDLED_KEPT));
    return { ...Object.fromEntries(surplus.map((id) => [id, null])), [hashOf(ciphertext)]: padded };
  };

  /** What has to reach the disk together with the ratchet. */
  const companions = (
    delivery: Delivery,
    ciphertext: Uint8Array,
    padded: Uint8Array,
    content: proto.IMessage,
  ) => {
    const { stanza } = delivery;
    const source = { event: 'decrypt', offline: stanza.attrs.offline !== undefined };
    const hints = { chatAlt: chatAltOf(stanza), isWritten: true, edit: stanza.attrs.edit };
    const suffix = delivery.contents > 0 ? '/s' : '';
    const verdict = recorder.judge(messageOf(delivery, content), source, hints, suffix);
    const isMessage = verdict.kind !== 'nothing';
    if (isMessage) delivery.contents++;
    // what the log does not hold has to be kept until Baileys has surely handled it
    const isKept = !isMessage || Boolean(content.senderKeyDistributionMessage);
    return {
      ...(verdict.kind === 'new' ? { [INBOX]: { [hashOf(ciphertext)]: verdict.pending } } : {}),
      ...(isKept ? { [HANDLED]: handled(ciphertext, padded) } : {}),
      ...announced(stanza, content, directory),
    };
  };

  /** The plaintext of something decrypted before, padded as if it had just been; null where it is not known. */
  const recall = (delivery: Delivery, ciphertext: Uint8Array): Uint8Array | null => {
    const kept = memory.find(HANDLED, hashOf(ciphertext));
    if (kept instanceof Uint8Array) return kept;
    if (delivery.contents > 0) return EMPTY;
    // the content is not known here, nor does a message's identity depend on it
    const key = recorder.identify(messageOf(delivery, { conversation: '?' }));
    if (key === null || !recent.has(key)) return null;
    delivery.contents++;
    const raw = recent.rawOf(key);
    return raw === undefined ? EMPTY : writeRandomPadMax16(messageOfRaw(raw));
  };

  const makeSignalRepository: MakeRepository = (auth, logger, pnToLid) => {
    const inner = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(auth, logger, pnToLid);
    const outside = AsyncLocalStorage.snapshot();
    // rc14 hands over what addTransactionCapability made (socket.js), under a wider type
    const store = auth.keys as SignalKeyStoreWithTransaction;
    tokensOutsideRelays(store, outside);

    const decrypting = async (
      key: string,
      ciphertext: Uint8Array,
      decrypt: () => Promise<Uint8Array>,
    ): Promise<Uint8Array> => {
      const delivery = deliveries.get(ciphertext);
      if (delivery === undefined) throw new Error('a ciphertext without its stanza');
      await mayDecrypt(delivery.stanza);
      try {
        return await store.transaction(async () => {
          const plain = await decrypt();
          const content = decode(plain);
          if (content === null) return plain;
          const rest = withoutPart(content);
          const padded = rest === content ? plain : writeRandomPadMax16(proto.Message.encode(rest).finish());
          await polls.load(content, delivery.stanza.attrs.from ?? '');
          // `inbox` and `handled` are key types of ours: they ride in the same commit as the ratchet
          await store.set(companions(delivery, ciphertext, padded, content) as SignalDataSet);
          return padded;
        }, key);
      } catch (error) {
        const known = recall(delivery, ciphertext);
        if (known === null) throw error;
        return known;
      }
    };

    return {
      ...inner,
      ...outsideRelays(inner, outside),
      lidMapping: guardLinks(inner.lidMapping, directory),
      decryptMessage: (options) =>
        decrypting(options.jid, options.ciphertext, () => inner.decryptMessage(options)),
      decryptGroupMessage: (options) =>
        decrypting(options.group, options.msg, () => inner.decryptGroupMessage(options)),
    };
  };

  return {
    makeSignalRepository,
    expect: (stanza) => {
      if (!Array.isArray(stanza.content)) return;
      const delivery: Delivery = { stanza, contents: 0 };
      for (const { tag, content } of stanza.content) {
        if (tag === 'enc' && content instanceof Uint8Array) deliveries.set(content, delivery);
      }
    },
  };
};
