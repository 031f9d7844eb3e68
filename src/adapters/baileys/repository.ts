import type { SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys';
import { type Directory, isPlausibleLink } from './addresses.ts';

type Repository = SignalRepositoryWithLIDStore;

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
