import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openLog } from '../test/support/log.ts';
import { startNats } from '../test/support/servers.ts';
import type { Figure } from './figure.ts';
import { linesOf } from './report.ts';
import { type Contender, interleave } from './rounds.ts';
import { seedExchanges } from './seeded.ts';
import { startBenchService, temporaryDirectory, viewsBuilt } from './service.ts';
import type { BenchWorld } from './world.ts';

const ACCOUNTS = 100;

/** Seconds from the start of the process to `wildcat listening`. */
const startedIn = async (
  env: Readonly<Record<string, string>>,
  args?: readonly string[],
): Promise<number> => {
  const service = await startBenchService(env, args);
  await service.stop();
  return service.startedIn / 1_000;
};

/** What `npm start` runs, with NATS and MongoDB of its own, from the second start on. */
const ownServers = ({ sandbox }: BenchWorld): Contender => {
  const dataDir = temporaryDirectory();
  mkdirSync(join('.wildcat', 'programs'), { recursive: true });
  // what was installed once need not be installed again
  symlinkSync(resolve('.wildcat', 'programs'), join(dataDir, 'programs'), 'dir');
  const env = {
    DATA_DIR: dataDir,
    WHATSAPP_SOCKET_URL: sandbox.url,
    WHATSAPP_ROOT_KEY: sandbox.rootKey,
  };
  return {
    name: 'second start, own NATS and MongoDB',
    measure: () => startedIn(env, [join('scripts', 'start.mjs')]),
  };
};

/** Accounts and messages in a log of their own, and views that have read them. */
const seededEnv = async (world: BenchWorld, natsUrl: string, count: number) => {
  const { log, close } = await openLog(natsUrl, { maxBytes: null });
  for (let n = 0; n < ACCOUNTS; n++) {
    const data = { name: '', collectionName: `auth_many${n}` };
    const about = { account: `many${n}`, gen: 1, occurredAt: '2026-01-01T00:00:00.000Z' };
    await log.append({ ...about, type: 'account.created', data }, `many${n}/created`);
  }
  await close();
  await seedExchanges(natsUrl, count);
  const env = { ...world.env(), NATS_URL: natsUrl };
  const service = await startBenchService(env);
  await viewsBuilt(service);
  await service.stop();
  return env;
};

/** How long a start takes: with servers of its own, with others', and over a long log. */
export const start: Figure = async ({ world, rounds, quick, say }) => {
  const count = quick ? 20_000 : 1_000_000;
  say(`start: ${ACCOUNTS} accounts and ${count} events into the log, and into the views`);
  const nats = await startNats();
  const env = await seededEnv(world, nats.url, count);
  say('start: from the start of the process to `wildcat listening`');
  const found = await interleave(
    [
      ownServers(world),
      { name: 'servers run already', measure: () => startedIn(world.env()) },
      { name: `${ACCOUNTS} accounts, ${count} events`, measure: () => startedIn(env) },
    ],
    rounds,
    say,
  );
  await nats.stop();
  return { title: 'start: to `wildcat listening`', lines: linesOf(found, 's'), others: found.others };
};
