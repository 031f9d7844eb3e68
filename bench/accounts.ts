import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { waitFor } from '../test/support/wait.ts';
import type { Figure } from './figure.ts';
import { linesOf, medianOf, ratioOf } from './report.ts';
import { interleave } from './rounds.ts';
import { startBenchService } from './service.ts';
import { type BenchWorld, residentMiB } from './world.ts';

const SERVICE = 'wildcat, per account';
const BARE = 'bare Baileys, keys in memory, per account';
const UNIT = 'MiB';
const IDLE_MS = 8_000;
const MAIN = fileURLToPath(new URL('./accounts-main.js', import.meta.url));
const news = z.union([z.object({ qr: z.string() }), z.object({ ready: z.literal(true) })]);

const bareMiB = async ({ sandbox, nextNumber }: BenchWorld, count: number): Promise<number> => {
  const child = fork(MAIN, [sandbox.url, sandbox.rootKey, String(count)]);
  const gone = once(child, 'exit');
  const hear = async () => news.parse((await once(child, 'message'))[0]);
  for (let told = await hear(); 'qr' in told; told = await hear()) {
    const phone = await sandbox.client.makePhone(nextNumber());
    await phone.scan(told.qr);
    child.send('scanned');
  }
  await pause(IDLE_MS);
  const resident = residentMiB(child.pid ?? 0);
  child.kill('SIGKILL');
  await gone;
  return resident;
};

let services = 0;

const serviceMiB = async (world: BenchWorld, count: number): Promise<number> => {
  const service = await startBenchService(world.env());
  // one log has them all: each service pairs accounts of its own, and disconnects them at its end
  const prefix = `many${++services}-`;
  for (let n = 0; n < count; n++) {
    const id = `${prefix}${n}`;
    const phone = await world.sandbox.client.makePhone(world.nextNumber());
    await service.post('/accounts', { id });
    const status = () => service.get(`/accounts/${id}/status`);
    const qr = await waitFor(async () => (await status()).qr, { what: 'QR code' });
    await phone.scan(String(qr));
    await waitFor(async () => (await status()).status === 'connected', { what: 'connected account' });
  }
  await pause(IDLE_MS);
  const resident = residentMiB(service.pid);
  for (let n = 0; n < count; n++) await service.post(`/accounts/${prefix}${n}/disconnect`, {});
  await service.stop();
  return resident;
};

/** Resident memory of many connected accounts, beside as many bare sockets in one process. */
export const accounts: Figure = async ({ world, rounds, quick, say }) => {
  const count = quick ? 20 : 100;
  say(`accounts: ${count} paired and idle, in one process`);
  const found = await interleave(
    [
      { name: BARE, measure: async () => (await bareMiB(world, count)) / count },
      { name: SERVICE, measure: async () => (await serviceMiB(world, count)) / count },
    ],
    rounds,
    say,
  );
  const [value, ceiling] = [medianOf(found, SERVICE), medianOf(found, BARE)];
  return {
    title: `accounts: ${count} connected ones in one process`,
    lines: linesOf(found, UNIT),
    ratios: [ratioOf(found, [SERVICE, BARE], '<= 1.3')],
    summary: { value, ceiling, ratio: value / ceiling, unit: UNIT },
    others: found.others,
  };
};
