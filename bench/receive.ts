// Inbound bursts until all are receipted: bare Baileys with keys in memory, bare Baileys with keys written through to
// MongoDB, and Wildcat's gateway (event in the log, ratchet on disk, then receipt), in one run on one machine.
// Usage: node dist/bench/receive.js [rounds] [messages] [kind,kind] [phones,phones]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ReceiptView } from '../sandbox/client.ts';
import { spawnSandbox } from '../sandbox/spawn.ts';
import { startMongo, startNats } from '../test/support/servers.ts';

const [rounds = '3', messages = '2000', kinds = 'memory,mongo,wildcat', phones = '1,20'] =
  process.argv.slice(2);
const COUNT = Number(messages);
const CLIENT = fileURLToPath(new URL('./receive-client.js', import.meta.url));

const [nats, mongo, sandbox] = await Promise.all([
  startNats({ durable: true }),
  startMongo({ durable: true, engine: 'secantusd-rs' }),
  spawnSandbox(),
]);

const usage = z.object({ cpuMs: z.number(), rssMb: z.number() });
const ask = async (child: ChildProcess) => {
  const answer = once(child, 'message');
  child.send('cpu');
  return usage.parse((await answer)[0]);
};

let numbers = 4_915_500_000_000;
const run = async (kind: string, from: number) => {
  const number = String(++numbers);
  const args = [kind, number, sandbox.url, sandbox.rootKey, sandbox.controlUrl, nats.url, mongo.url];
  const child = fork(CLIENT, args);
  await once(child, 'message');
  const account = sandbox.client.account(number);
  // the first messages of new people cost a handshake each: not what a burst is about
  await burst(account, number, from, from * 2);
  const before = await ask(child);
  const ms = await burst(account, number, from, COUNT);
  const after = await ask(child);
  child.kill('SIGKILL');
  return { perSecond: (COUNT / ms) * 1_000, cpuMs: (after.cpuMs - before.cpuMs) / COUNT, rssMb: after.rssMb };
};

type Account = ReturnType<typeof sandbox.client.account>;
const burst = async (account: Account, to: string, from: number, count: number): Promise<number> => {
  const since = (await sandbox.client.state()).sequence;
  const prepared = await sandbox.client.burst({ to, from, count, release: false });
  const released = await sandbox.client.releaseBurst(prepared.id);
  const receipts: ReceiptView[] = [];
  while (receipts.length < count) {
    await pause(100);
    receipts.push(...(await account.receipts(receipts.at(-1)?.sequence ?? since)));
  }
  const odd = receipts.filter(({ kind }) => kind !== 'receipt').length;
  if (odd > 0) console.log(`  ${odd} of ${count} were no plain receipts`);
  return Math.max(...receipts.map(({ at }) => at)) - (released.startedAt ?? 0);
};

const median = (values: number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

try {
  for (const from of phones.split(',').map(Number)) {
    const results = new Map<string, { perSecond: number; cpuMs: number; rssMb: number }[]>();
    for (let round = 0; round < Number(rounds); round++) {
      for (const kind of kinds.split(',')) {
        results.set(kind, [...(results.get(kind) ?? []), await run(kind, from)]);
      }
    }
    for (const [kind, found] of results) {
      const speeds = found.map(({ perSecond }) => Math.round(perSecond));
      const cpu = median(found.map(({ cpuMs }) => cpuMs)).toFixed(2);
      const rss = Math.round(median(found.map(({ rssMb }) => rssMb)));
      console.log(
        `${from} phones, ${kind}: ${median(speeds)}/s (${speeds}), ${cpu} ms CPU each, RSS ${rss} MB`,
      );
    }
  }
} finally {
  await Promise.all([sandbox.close(), nats.stop(), mongo.stop()]);
}
process.exit(0);
