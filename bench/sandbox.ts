import { spawnSandbox } from '../sandbox/spawn.ts';
import { type BareBaileys, pairBaileys, until } from '../test/support/bare-baileys.ts';
import { type Bare, openBare } from './bare.ts';
import { prepareToReceipts } from './bursts.ts';
import type { Figure } from './figure.ts';
import { linesOf, ratioOf } from './report.ts';
import { interleave, metered } from './rounds.ts';
import { cpuMs, residentMiB } from './world.ts';

const WIRE = 'receipts, nothing decrypted';
const BAILEYS = 'bare Baileys, keys in memory';
const FROM = 20;

const numberOf = (index: number) => `49152${String(index).padStart(8, '0')}`;

/** Pairs so many accounts with a Baileys each, lets everybody write to the next one, and looks at the sandbox' memory. */
const manyAccounts = async (accounts: number, say: (line: string) => void) => {
  const sandbox = await spawnSandbox({ seed: 'many' });
  const resident = () => residentMiB(sandbox.pid ?? 0);
  const empty = resident();
  const clients: BareBaileys[] = [];
  for (let index = 0; index < accounts; index++) {
    const phone = await sandbox.client.makePhone(numberOf(index));
    clients.push(await pairBaileys(sandbox, phone.scan));
    if ((index + 1) % 25 === 0) say(`  ${index + 1} accounts paired: ${Math.round(resident())} MiB`);
  }
  const ids: string[] = [];
  for (let index = 0; index < accounts; index++) {
    const to = numberOf((index + 1) % accounts);
    ids.push(await sandbox.client.phone(numberOf(index)).send(to, `hello ${index}`));
  }
  const has = (client: BareBaileys | undefined, id: string) =>
    client?.upserts.some(({ message }) => message.key.id === id) === true;
  await until('all texts', () => ids.every((id, index) => has(clients[(index + 1) % accounts], id)), 120_000);
  const { phones } = await sandbox.client.state();
  const live = phones.filter(({ companions }) => companions[0]?.live).length;
  if (live !== accounts) throw new Error(`${live} of ${accounts} accounts are connected`);
  const full = resident();
  await Promise.all(clients.map((client) => client.close()));
  await sandbox.close();
  return { empty, full };
};

/** What the local WhatsApp itself can do: whether a burst is as fast as its reader, and what many accounts cost. */
export const sandbox: Figure = async ({ world, rounds, quick, say }) => {
  const count = quick ? 1_000 : 4_000;
  const accounts = quick ? 20 : 100;
  const [wire, baileys] = [await openBare(world, 'none'), await openBare(world, 'memory')];
  const server = { wire: [] as number[], baileys: [] as number[] };
  const reader = { wire: [] as number[], baileys: [] as number[] };
  const burst = async (name: 'wire' | 'baileys', { number, pid }: Bare) => {
    const run = await prepareToReceipts(world, number, FROM, count);
    const cpuOf = (id: number | undefined) => () => cpuMs(id ?? 0);
    return metered({ used: reader[name], cpu: cpuOf(pid), count }, () =>
      metered({ used: server[name], cpu: cpuOf(world.sandbox.pid), count }, run),
    );
  };
  say(`sandbox: bursts of ${count} from ${FROM} phones, encrypted before`);
  const found = await interleave(
    [
      { name: WIRE, measure: () => burst('wire', wire) },
      { name: BAILEYS, measure: () => burst('baileys', baileys) },
    ],
    rounds,
    say,
  );
  await Promise.all([wire.stop(), baileys.stop()]);
  say(`sandbox: ${accounts} accounts paired and connected at once`);
  const { empty, full } = await manyAccounts(accounts, say);
  const perMessage = (label: string, values: readonly number[]) => ({ label, unit: 'ms/message', values });
  return {
    title: `sandbox: bursts of ${count} from ${FROM} phones until receipted; ${accounts} accounts`,
    lines: [
      ...linesOf(found, 'messages/s'),
      perMessage('processor time: sandbox, wire', server.wire),
      perMessage('processor time: sandbox, Baileys', server.baileys),
      perMessage('processor time: receipts, nothing decrypted', reader.wire),
      perMessage('processor time: bare Baileys', reader.baileys),
      { label: 'sandbox, empty', unit: 'MiB', values: [empty] },
      { label: `sandbox, ${accounts} accounts connected`, unit: 'MiB', values: [full] },
    ],
    ratios: [ratioOf(found, [WIRE, BAILEYS], '> 1: Baileys is the limit')],
    text: `  ${accounts} accounts: ${Math.round(full)} MiB (wanted < 500)`,
    others: found.others,
  };
};
