import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { succeeds } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Databases } from './connect.ts';
import { inTime } from './in-time.ts';

/** What is touched of the driver (lib/sdam/topology.js), once it is connected: its own `close` asks the server first. */
type Topology = { closeCheckedOutConnections: () => void; close: () => void };
const isTopology = (value: unknown): boolean =>
  z.object({ closeCheckedOutConnections: z.function(), close: z.function() }).safeParse(value).success;
const connected = z.object({ topology: z.custom<Topology>(isTopology) });

/** Shorter than what a stop has, longer than a server needs that only hands over to another. */
const AWAY_MS = 2_000;
const LOOK_MS = 250;

/** Resolves with false once the database has not answered for `AWAY_MS`; with true where `signal` came first. */
const keepsAnswering = async (ping: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> => {
  for (let answeredAt = performance.now(); !signal.aborted; ) {
    const left = answeredAt + AWAY_MS - performance.now();
    if (left <= 0) return false;
    if (await succeeds(inTime(left, ping))) answeredAt = performance.now();
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return true;
};

/**
 * For a service that stops: where MongoDB goes on not to answer, lets go of it, so that what waits for it rejects (at once,
 * or where that is for a connection's greeting within `CONNECT_MS`) and everything else can end in order. Nothing is lost by it: what was not written there is in the log.
 */
export const letGoIfAway = async (
  { client, views }: Pick<Databases, 'client' | 'views'>,
  { logger, signal }: Readonly<{ logger: Logger; signal: AbortSignal }>,
): Promise<void> => {
  if (await keepsAnswering(() => views.command({ ping: 1 }), signal)) return;
  logger.warn(
    {},
    'MongoDB does not answer, stopping without it. Nothing is lost: what was under way is in the log, and goes on with the next start (webhooks may come twice, under the same ids)',
  );
  const { data } = connected.safeParse(client);
  data?.topology.closeCheckedOutConnections();
  data?.topology.close();
};
