import { readFileSync } from 'node:fs';
import { type SandboxProcess, spawnSandbox } from '../sandbox/spawn.ts';
import type { MongoEngine } from '../src/adapters/services/mongo.ts';
import { startMongo, startNats, type TestServer } from '../test/support/servers.ts';
import { waitFor } from '../test/support/wait.ts';
import { type BenchService, startBenchService, temporaryDirectory, viewsBuilt } from './service.ts';

/** Real servers that sync every write, and a local WhatsApp in a process of its own. */
export type BenchWorld = Readonly<{
  engine: MongoEngine;
  nats: TestServer;
  mongo: TestServer;
  sandbox: SandboxProcess;
  /** Environment of a service in this world, with data of its own. */
  env: () => Readonly<Record<string, string>>;
  nextNumber: () => string;
  close: () => Promise<void>;
}>;

export type Paired = Readonly<{ service: BenchService; account: string; number: string }>;

export const openWorld = async (engine: MongoEngine): Promise<BenchWorld> => {
  const [nats, mongo, sandbox] = await Promise.all([
    startNats({ durable: true }),
    startMongo({ durable: true, engine }),
    spawnSandbox({ seed: 'bench' }),
  ]);
  let numbers = 4_915_500_000_000;
  let databases = 0;
  return {
    engine,
    nats,
    mongo,
    sandbox,
    env: () => ({
      NATS_URL: nats.url,
      MONGO_URL: mongo.url,
      DB_NAME: `bench_${++databases}`,
      DATA_DIR: temporaryDirectory(),
      WHATSAPP_SOCKET_URL: sandbox.url,
      WHATSAPP_ROOT_KEY: sandbox.rootKey,
      WHATSAPP_CA: sandbox.caFile,
    }),
    nextNumber: () => String(++numbers),
    close: async () => {
      await Promise.all([sandbox.close(), nats.stop(), mongo.stop()]);
    },
  };
};

let accounts = 0;

/**
 * Starts a service (`args`: how, see `startBenchService`) and pairs an account in it. Its views are new, and have read
 * what other figures left in the log.
 */
export const openPaired = async (world: BenchWorld, args?: readonly string[]): Promise<Paired> => {
  const service = await startBenchService(world.env(), args);
  const account = `bench${++accounts}`;
  const number = world.nextNumber();
  const phone = await world.sandbox.client.makePhone(number, { name: account });
  await service.post('/accounts', { id: account, name: account });
  const status = () => service.get(`/accounts/${account}/status`);
  const qr = await waitFor(async () => (await status()).qr, { what: 'QR code' });
  await phone.scan(String(qr));
  await waitFor(async () => (await status()).status === 'connected', { what: 'connected account' });
  await viewsBuilt(service);
  return { service, account, number };
};

/** Resident memory of a process in MiB. */
export const residentMiB = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

const TICK_MS = 10; // USER_HZ is 100 on Linux

/** Processor time that a process has used so far, in milliseconds. */
export const cpuMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};
