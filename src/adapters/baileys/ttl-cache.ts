import type { CacheStore } from '@whiskeysockets/baileys';

const KEPT = 10_000;

/** A small cache for Baileys' counters that outlives its sockets: bounded, and each entry for `ms`. */
export const createTtlCache = (ms: number, now: () => number): CacheStore => {
  const entries = new Map<string, { value: unknown; until: number }>();
  const cache: CacheStore = {
    get: <T>(key: string): T | undefined => {
      const entry = entries.get(key);
      if (entry === undefined || entry.until < now()) return undefined;
      // what was put under a key is what its user asks for there
      return entry.value as T;
    },
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, { value, until: now() + ms });
      const [oldest] = entries.keys();
      if (entries.size > KEPT && oldest !== undefined) entries.delete(oldest);
    },
    del: (key) => {
      entries.delete(key);
    },
    flushAll: () => entries.clear(),
  };
  return cache;
};
