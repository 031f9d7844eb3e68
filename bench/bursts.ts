import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { ReceiptView } from '../sandbox/client.ts';
import type { BenchService } from './service.ts';
import type { BenchWorld, Paired } from './world.ts';

const POLL_MS = 50;
const LIMIT_MS = 120_000;

/** A burst that is encrypted and waits; `started` is the sandbox's clock (unix ms) at its first stanza. */
const prepare = async (world: BenchWorld, to: string, from: number, count: number) => {
  const { client } = world.sandbox;
  const { id } = await client.burst({ to, from, count, release: false });
  return async (): Promise<number> => (await client.releaseBurst(id)).startedAt ?? Date.now();
};

/** Encrypts a burst; what is given back releases it: messages/s from the first stanza until the server has a receipt for each. */
export const prepareToReceipts = async (
  world: BenchWorld,
  to: string,
  from: number,
  count: number,
): Promise<() => Promise<number>> => {
  const account = world.sandbox.client.account(to);
  let after = (await world.sandbox.client.state()).sequence;
  const release = await prepare(world, to, from, count);
  return async () => {
    const started = await release();
    const found: ReceiptView[] = [];
    for (const end = Date.now() + LIMIT_MS; found.length < count; ) {
      if (Date.now() > end) throw new Error(`${found.length} of ${count} receipts`);
      await pause(POLL_MS);
      found.push(...(await account.receipts(after)));
      after = found.at(-1)?.sequence ?? after;
    }
    const odd = found.filter(({ kind }) => kind !== 'receipt').length;
    if (odd > 0) throw new Error(`${odd} of ${count} were no plain receipts`);
    return (count * 1_000) / (Math.max(...found.map(({ at }) => at)) - started);
  };
};

/** Messages/s from the first stanza until the server has a receipt for each. */
export const burstToReceipts = async (
  world: BenchWorld,
  to: string,
  from: number,
  count: number,
): Promise<number> => (await prepareToReceipts(world, to, from, count))();

const chats = z.object({ chats: z.array(z.object({ messageCount: z.number() })) });

/** How many messages the account's chats have, as its users see it. */
export const visible = async ({ service, account }: Paired): Promise<number> =>
  chats
    .parse(await service.get(`/accounts/${account}/chats`))
    .chats.reduce((sum, { messageCount }) => sum + messageCount, 0);

/** One look at a running burst: milliseconds since its first stanza, and how many of it were visible. */
export type Look = Readonly<{ ms: number; seen: number }>;

const positionOf = async (service: BenchService): Promise<number> => {
  const { headers } = await fetch(`${service.url}/ping`);
  return Number(headers.get('wildcat-position'));
};

/**
 * Looks how far the views are until all of a burst can be read, then reads it: asking for the chats all the time would
 * be work that nobody's users do. A burst's messages are the only news in a bench, each one event.
 */
export const watchBurst = async (
  world: BenchWorld,
  paired: Paired,
  from: number,
  count: number,
): Promise<readonly Look[]> => {
  const known = await visible(paired);
  const begin = await positionOf(paired.service);
  const release = await prepare(world, paired.number, from, count);
  const started = await release();
  const looks: Look[] = [];
  for (let seen = 0; seen < count; ) {
    await pause(POLL_MS);
    seen = (await positionOf(paired.service)) - begin;
    if (seen >= count) seen = (await visible(paired)) - known;
    const ms = Date.now() - started;
    looks.push({ ms, seen });
    if (ms > LIMIT_MS) throw new Error(`${seen} of ${count} became visible`);
  }
  return looks;
};

/** Messages/s from the first stanza until all are visible over HTTP. */
export const burstToView = async (
  world: BenchWorld,
  paired: Paired,
  from: number,
  count: number,
): Promise<number> => {
  const looks = await watchBurst(world, paired, from, count);
  return (count * 1_000) / (looks.at(-1)?.ms ?? Number.NaN);
};
