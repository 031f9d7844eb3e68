// Texts out until each is acked by the server, one at a time and 16 at once: bare Baileys with keys in memory, bare
// Baileys with keys written through to MongoDB, and Wildcat's gateway (outbox row, attempt and ratchet on disk before
// the frame), in one run on one machine. Usage: node dist/bench/send.js [rounds] [messages] [width,width]
import { KINDS, type Kind } from './clients.ts';
import { median, openRig } from './rig.ts';

const [rounds = '3', messages = '500', widths = '1,16'] = process.argv.slice(2);
const COUNT = Number(messages);
type Result = { perSecond: number; p50: number; p99: number; cpuMs: number };

const rig = await openRig();
const peer = await rig.sandbox.client.makePhone('4915700000000', { name: 'Peer' });
const to = `${peer.number}@s.whatsapp.net`;

const measure = async (kind: Kind, width: number): Promise<Result> => {
  const client = await rig.open(kind);
  await client.send(to, 20, width);
  const before = await client.usage();
  const { ms, each } = await client.send(to, COUNT, width);
  const cpuMs = ((await client.usage()).cpuMs - before.cpuMs) / COUNT;
  client.end();
  const sorted = [...each].sort((one, other) => one - other);
  const p99 = sorted[Math.floor(COUNT * 0.99)] ?? 0;
  return { perSecond: (COUNT / ms) * 1_000, p50: median(each), p99, cpuMs };
};

for (const width of widths.split(',').map(Number)) {
  const results: Record<Kind, Result[]> = { memory: [], mongo: [], wildcat: [] };
  for (let round = 0; round < Number(rounds); round++) {
    for (const kind of KINDS) results[kind].push(await measure(kind, width));
  }
  for (const kind of KINDS) {
    const speeds = results[kind].map(({ perSecond }) => Math.round(perSecond));
    const p50 = median(results[kind].map((result) => result.p50)).toFixed(1);
    const p99 = median(results[kind].map((result) => result.p99)).toFixed(1);
    const cpu = median(results[kind].map(({ cpuMs }) => cpuMs)).toFixed(2);
    const speed = `${median(speeds)}/s (${speeds}), p50 ${p50} ms, p99 ${p99} ms, ${cpu} ms CPU each`;
    console.log(`${width} at once, ${kind}: ${speed}`);
  }
}
await rig.close();
process.exit(0);
