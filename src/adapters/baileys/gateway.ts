import './mends/oneof-getters.ts'; // first: it has no effect once Baileys is loaded
import './mends/tokens.ts';
import type { WhatsApp } from '../../ports/whatsapp.ts';
import type { WhatsAppDeps } from './deps.ts';
import { createDownload, createFetchPart } from './files/download.ts';
import { shareAsyncStorage } from './mends/async-storage.ts';
import { silenceLibsignal } from './mends/quiet.ts';
import { restoreWrongSessions } from './mends/session-tries.ts';
import { createPace } from './pace.ts';
import { openSession } from './session.ts';
import { type AccountCaches, createAccountCaches, trustRoot } from './settings.ts';

/**
 * WhatsApp by Baileys 7.0.0-rc14. One per process: Baileys' root key, libsignal (its console too) and Node's
 * AsyncLocalStorage are process-wide. The real WhatsApp is dialled only where `target.socketUrl` is not set.
 */
export const createWhatsApp = (deps: WhatsAppDeps): WhatsApp => {
  shareAsyncStorage();
  silenceLibsignal();
  restoreWrongSessions();
  trustRoot(deps.target);
  const pace = createPace(() => performance.now());
  const caches = new Map<string, AccountCaches>();
  const cachesOf = (collectionName: string): AccountCaches => {
    const known = caches.get(collectionName) ?? createAccountCaches(() => performance.now());
    caches.set(collectionName, known);
    return known;
  };
  return {
    open: async (owner, onUpdate) => {
      const [journal, logged] = await Promise.all([deps.authStore.open(owner), deps.recent(owner.account)]);
      const logger = deps.logger.child({ account: owner.account });
      return openSession({
        deps: { ...deps, logger },
        owner,
        journal,
        logged,
        caches: cachesOf(owner.collectionName),
        pace,
        onUpdate,
      });
    },
    download: createDownload(createFetchPart(deps)),
    eraseKeys: async (collectionName) => {
      caches.delete(collectionName);
      await deps.authStore.erase(collectionName);
    },
  };
};
