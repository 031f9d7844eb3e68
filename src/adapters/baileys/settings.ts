import { Agent } from 'node:https';
import {
  type AuthenticationState,
  type CacheStore,
  proto,
  type SocketConfig,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
} from '@whiskeysockets/baileys';
import { createTtlCache } from './ttl-cache.ts';

/** Which WhatsApp to talk to; everything left out means the real one. */
export type WhatsAppTarget = Readonly<{
  socketUrl?: string | undefined;
  /** Hex of the Noise root key. */
  rootKey?: string | undefined;
  /** PEM of a certificate authority to trust beside the known ones, for wss:// and media hosts. */
  ca?: string | undefined;
}>;

/** Retry counters of an account, which have to outlive its sockets or their limits never bite. */
export type AccountCaches = Readonly<{ retries: CacheStore; resends: CacheStore; calls: CacheStore }>;

const HOUR_MS = 3_600_000;
const { HistorySyncType } = proto.HistorySync;
/** Not the full history: it would come in gigabytes, and only the names of people are wanted of the rest. */
export const WANTED_HISTORY: ReadonlySet<number> = new Set([
  HistorySyncType.INITIAL_BOOTSTRAP,
  HistorySyncType.RECENT,
  HistorySyncType.PUSH_NAME,
  HistorySyncType.NON_BLOCKING_DATA,
  HistorySyncType.ON_DEMAND,
]);

export const createAccountCaches = (now: () => number): AccountCaches => ({
  retries: createTtlCache(HOUR_MS, now),
  resends: createTtlCache(HOUR_MS, now),
  calls: createTtlCache(HOUR_MS / 12, now),
});

/** rc14 reads the Noise root from an exported object at each handshake: there is one for the whole process. */
export const trustRoot = ({ rootKey }: WhatsAppTarget): void => {
  if (rootKey !== undefined) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey, 'hex');
};

/** The agent for https requests of Baileys, where another authority is to be trusted. */
export const agentOf = ({ ca }: WhatsAppTarget): Agent | undefined =>
  ca === undefined ? undefined : new Agent({ ca });

type Parts = Readonly<{
  auth: AuthenticationState;
  logger: SocketConfig['logger'];
  makeSignalRepository: SocketConfig['makeSignalRepository'];
  getMessage: SocketConfig['getMessage'];
  caches: AccountCaches;
}>;

/** What a service has to set where Baileys' defaults suit a single user at his screen. */
export const socketSettings = (target: WhatsAppTarget, parts: Parts): UserFacingSocketConfig => {
  const { socketUrl } = target;
  const { caches, ...own } = parts;
  const trusting = agentOf(target);
  // a ws:// socket refuses an agent for https
  const isSecure = socketUrl?.startsWith('ws://') !== true;
  const agent =
    trusting === undefined ? {} : { fetchAgent: trusting, ...(isSecure ? { agent: trusting } : {}) };
  return {
    ...own,
    ...agent,
    ...(socketUrl === undefined ? {} : { waWebSocketUrl: socketUrl }),
    browser: ['Wildcat', 'Chrome', '1.0'],
    // an online companion silences the phone's notifications
    markOnlineOnConnect: false,
    syncFullHistory: false,
    shouldSyncHistoryMessage: ({ syncType }) => WANTED_HISTORY.has(syncType ?? -1),
    generateHighQualityLinkPreview: false,
    // a query without an answer resolves to undefined after this, and holds its caller until then
    defaultQueryTimeoutMs: 20_000,
    transactionOpts: { maxCommitRetries: 5, delayBetweenTriesMs: 200 },
    msgRetryCounterCache: caches.retries,
    placeholderResendCache: caches.resends,
    callOfferCache: caches.calls,
  };
};
