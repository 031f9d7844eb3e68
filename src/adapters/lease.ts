import { randomUUID } from 'node:crypto';
import type { KV, KvEntry } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { WildcatError } from '../errors.ts';
import type { Logger } from '../ports/logger.ts';
import type { Lease, Leases } from '../ports/whatsapp.ts';
import { hasApiCode, WRONG_LAST_SEQUENCE } from './jetstream/server-errors.ts';
import { openBucket } from './lease-bucket.ts';

const ATTEMPTS = 3;

/** All in milliseconds. `marginMs`: how long before the server would let it go an owner holds it for lost. */
export type LeaseTimes = Readonly<{ ttlMs: number; renewMs: number; marginMs: number }>;

type LeaseDeps = Readonly<{
  nc: NatsConnection;
  /** Name of this node, the same after a restart: what it left behind it may take back at once. */
  node: string;
  log: Logger;
  times?: LeaseTimes;
}>;

const TIMES: LeaseTimes = { ttlMs: 10_000, renewMs: 3_000, marginMs: 2_000 };

/** `id` tells one acquisition from another of the same node. */
const holding = z.object({ node: z.string(), id: z.string() });
type Holding = z.infer<typeof holding>;

const unavailable = (error: unknown): WildcatError =>
  new WildcatError('unavailable', 'NATS did not answer for a lease', { cause: error });

const holdingOf = (entry: KvEntry | null): Holding | null =>
  entry === null || entry.operation !== 'PUT' ? null : holding.parse(entry.json());

type Taken = Readonly<{ revision: number; sentAt: number }>;

/** Takes a free lease, or one that this node left behind; null where another node has it. */
const take = async (kv: KV, account: string, mine: Holding): Promise<Taken | null> => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const entry = await kv.get(account);
    const held = holdingOf(entry);
    if (held !== null && held.node !== mine.node) return null;
    const sentAt = performance.now();
    try {
      const previousSeq = entry?.revision ?? 0;
      return { revision: await kv.put(account, JSON.stringify(mine), { previousSeq }), sentAt };
    } catch (error) {
      if (!hasApiCode(error, ...WRONG_LAST_SEQUENCE)) throw error;
    }
  }
  return null;
};

type Holder = Readonly<{ kv: KV; account: string; mine: Holding; times: LeaseTimes; log: Logger }>;

const hold = ({ kv, account, mine, times, log }: Holder, taken: Taken): Lease => {
  const listeners = new Set<() => void>();
  const span = times.ttlMs - times.marginMs;
  let state: 'held' | 'lost' | 'released' = 'held';
  let revision = taken.revision;
  let goodUntil = taken.sentAt + span;
  let renewal: Promise<void> = Promise.resolve();

  const isValid = (): boolean => state === 'held' && performance.now() < goodUntil;
  const end = (how: 'lost' | 'released'): void => {
    state = how;
    clearInterval(timer);
    clearTimeout(expiry);
  };
  const lose = (reason: string): void => {
    if (state !== 'held') return;
    end('lost');
    log.warn({ account, reason }, 'lease lost');
    for (const listener of listeners) listener();
  };
  const expire = (): void => lose('not renewed in time');

  // A conflict may be our own doing: a renewal that was stored while its ack was lost.
  const recognise = async (): Promise<void> => {
    const entry = await kv.get(account);
    if (holdingOf(entry)?.id === mine.id) revision = entry?.revision ?? revision;
    else lose('taken over');
  };
  const renew = async (): Promise<void> => {
    const sentAt = performance.now();
    try {
      revision = await kv.update(account, JSON.stringify(mine), revision);
    } catch (error) {
      if (!hasApiCode(error, ...WRONG_LAST_SEQUENCE)) throw error;
      await recognise();
      return state === 'held' ? renew() : undefined;
    }
    if (state !== 'held') return;
    goodUntil = sentAt + span;
    clearTimeout(expiry);
    expiry = setTimeout(expire, goodUntil - performance.now());
  };
  const tick = (): void => {
    renewal = renewal
      .then(renew)
      .catch((error: unknown) => log.debug({ account, error }, 'lease not renewed'));
  };
  const timer = setInterval(tick, times.renewMs);
  let expiry = setTimeout(expire, goodUntil - performance.now());

  return {
    epoch: taken.revision,
    isValid,
    onLost: (listener) => {
      if (state === 'lost') queueMicrotask(listener);
      else listeners.add(listener);
    },
    release: async () => {
      if (state !== 'held') return;
      end('released');
      await renewal;
      await kv
        .delete(account, { previousSeq: revision })
        .catch((error: unknown) => log.debug({ account, error }, 'lease left to run out'));
    },
  };
};

/**
 * Leases on accounts in a NATS KV bucket: keys run out on the server unless they are renewed, and every acquisition
 * has a higher revision than all before it, which is the epoch. A holder counts from the moment before its last
 * renewal was sent, by the monotonic clock, so that a process that was stopped finds its lease invalid before it
 * does anything. Throws `misconfigured` where the bucket can't be had, later `unavailable` where NATS does not answer.
 */
export const createLeases = async (deps: LeaseDeps): Promise<Leases> => {
  const { node, log, times = TIMES } = deps;
  const kv = await openBucket(deps.nc, times.ttlMs, log);
  return {
    acquire: async (account) => {
      const mine = { node, id: randomUUID() };
      const taken = await take(kv, account, mine).catch((error: unknown) => {
        throw unavailable(error);
      });
      return taken === null ? null : hold({ kv, account, mine, times, log }, taken);
    },
    holder: async (account) => {
      const entry = await kv.get(account).catch((error: unknown) => {
        throw unavailable(error);
      });
      return holdingOf(entry)?.node ?? null;
    },
  };
};
