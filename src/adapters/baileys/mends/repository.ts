import type {
  SignalDataTypeMap,
  SignalKeyStore,
  SignalRepositoryWithLIDStore,
} from '@whiskeysockets/baileys';
import { type Directory, isPlausibleLink } from '../reading/addresses.ts';

type Repository = SignalRepositoryWithLIDStore;
/** Runs work in the async context from before any transaction. */
type Outside = <Result>(work: () => Result) => Result;

/**
 * Encrypts outside Baileys' relay transaction, which commits only after the frame is sent: inside, a crash would put
 * a ratchet back that the peer has seen.
 */
export const outsideRelays = (
  inner: Repository,
  outside: Outside,
): Pick<Repository, 'encryptMessage' | 'encryptGroupMessage' | 'injectE2ESession'> => ({
  encryptMessage: (options) => outside(() => inner.encryptMessage(options)),
  encryptGroupMessage: (options) => outside(() => inner.encryptGroupMessage(options)),
  injectE2ESession: (options) => outside(() => inner.injectE2ESession(options)),
});

/**
 * Keeps privacy tokens outside Baileys' relay transaction. One is issued behind a message, and what is noted of it
 * once the server has answered (messages-send.js, relayMessage) would belong to a transaction that was committed long ago: it
 * would be lost, and every message would bring another token.
 */
export const tokensOutsideRelays = (store: SignalKeyStore, outside: Outside): void => {
  const get = store.get.bind(store);
  const set = store.set.bind(store);
  store.get = <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) =>
    type === 'tctoken' ? outside(() => get(type, ids)) : get(type, ids);
  store.set = (data) => ('tctoken' in data ? outside(() => set(data)) : set(data));
};

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
