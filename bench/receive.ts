// Inbound bursts until all are receipted: bare Baileys with keys in memory, bare Baileys with keys written through to
// MongoDB, and Wildcat's gateway (event in the log, ratchet on disk, then receipt), in one run on one machine.
// Usage: node dist/bench/receive.js [rounds] [messages] [phones,phones]
import { setTimeout as pause } from 'node:timers/promises';
import type { ReceiptView } from '../sandbox/client.ts';
import { KINDS, type Kind } from './clients.ts';
import { median, openRig } from './rig.ts';

const [rounds = '3', messages = '2000', phones = '1,20'] = process.argv.slice(2);
const COUNT = Number(messages);
type Result = { perSecond: number; cpuMs: number; rssMb: number };

const rig = await openRig();
const { client: control } = rig.sandbox;

const burst = async (to: string, from: number, count: number): Promise<number> => {
  const since = (await control.state()).sequence;
  const prepared = await control.burst({ to, from, count, release: false });
  const released = await control.releaseBurst(prepared.id);
  const receipts: ReceiptView[] = [];
  while (receipts.length < count) {
    await pause(100);
    receipts.push(...(await control.account(to).receipts(receipts.at(-1)?.sequence ?? since)));
  }
  const odd = receipts.filter(({ kind }) => kind !== 'receipt').length;
  if (odd > 0) console.log(`  ${odd} of ${count} were no plain receipts`);
  return Math.max(...receipts.map(({ at }) => at)) - (released.startedAt ?? 0);
};

const measure = async (kind: Kind, from: number): Promise<Result> => {
  const client = await rig.open(kind);
  // the first messages of new people cost a handshake each: not what a burst is about
  await burst(client.number, from, from * 2);
  const before = await client.usage();
  const ms = await burst(client.number, from, COUNT);
  const { cpuMs, rssMb } = await client.usage();
  client.end();
  return { perSecond: (COUNT / ms) * 1_000, cpuMs: (cpuMs - before.cpuMs) / COUNT, rssMb };
};

const show = (from: number, kind: Kind, results: readonly Result[]): void => {
  const speeds = results.map(({ perSecond }) => Math.round(perSecond));
  const cpu = median(results.map(({ cpuMs }) => cpuMs)).toFixed(2);
  const rss = Math.round(median(results.map(({ rssMb }) => rssMb)));
  console.log(`${from} phones, ${kind}: ${median(speeds)}/s (${speeds}), ${cpu} ms CPU each, RSS ${rss} MB`);
};

for (const from of phones.split(',').map(Number)) {
  const results: Record<Kind, Result[]> = { memory: [], mongo: [], wildcat: [] };
  for (let round = 0; round < Number(rounds); round++) {
    for (const kind of KINDS) results[kind].push(await measure(kind, from));
  }
  for (const kind of KINDS) show(from, kind, results[kind]);
}
await rig.close();
process.exit(0);
