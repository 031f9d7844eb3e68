import type { BinaryNode, proto, SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys';
import { type Directory, isPlausibleLink } from './addresses.ts';

type Repository = SignalRepositoryWithLIDStore;
type SenderKeyOptions = Parameters<Repository['processSenderKeyDistributionMessage']>[0];

const idOf = ({ authorJid, item }: SenderKeyOptions): string =>
  `${authorJid}/${item.groupId}/${Buffer.from(item.axolotlSenderKeyDistributionMessage ?? []).toString('base64')}`;

/**
 * Takes a group's sender key in the very transaction that decrypted it. Stock takes it in a later one: a crash
 * between the two loses the key, since what brought it can't be decrypted again. Stock's own call, which follows
 * at once, then does nothing.
 */
export const takeSenderKeysOnce = (inner: Repository) => {
  const taken = new Set<string>();
  const process: Repository['processSenderKeyDistributionMessage'] = async (options) => {
    if (taken.delete(idOf(options))) return;
    await inner.processSenderKeyDistributionMessage(options);
  };
  const take = async ({ attrs }: BinaryNode, content: proto.IMessage): Promise<void> => {
    const item = content.senderKeyDistributionMessage;
    const authorJid = attrs.participant ?? attrs.from;
    if (!item || authorJid === undefined) return;
    const options = { authorJid, item };
    try {
      await inner.processSenderKeyDistributionMessage(options);
      taken.add(idOf(options));
    } catch {
      // broken by its sender: Baileys tries again, fails alike and logs it; the message itself is unharmed
    }
  };
  return { process, take };
};

/**
 * Encrypts outside Baileys' relay transaction, which commits only after the frame is sent: inside, a crash would put
 * a ratchet back that the peer has seen. `outside` is a snapshot of the async context from before any transaction.
 */
export const outsideRelays = (
  inner: Repository,
  outside: <Result>(work: () => Result) => Result,
): Pick<Repository, 'encryptMessage' | 'encryptGroupMessage' | 'injectE2ESession'> => ({
  encryptMessage: (options) => outside(() => inner.encryptMessage(options)),
  encryptGroupMessage: (options) => outside(() => inner.encryptGroupMessage(options)),
  injectE2ESession: (options) => outside(() => inner.injectE2ESession(options)),
});

/** Keeps pairs that can't be true out of the LID mapping, from whatever part of Baileys they come. */
export const guardLinks = (
  mapping: Repository['lidMapping'],
  directory: Directory,
): Repository['lidMapping'] => {
  const store = mapping.storeLIDPNMappings.bind(mapping);
  mapping.storeLIDPNMappings = (pairs) =>
    store(pairs.filter(({ lid, pn }) => isPlausibleLink(lid, pn, directory)));
  return mapping;
};
