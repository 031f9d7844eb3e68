import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { type SandboxProcess, spawnSandbox } from '../../sandbox/spawn.ts';
import { type BareBaileys, pairBaileys, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';

const ACCOUNTS = 100;
const LIMIT_MIB = 500;
const numberOf = (index: number) => `49152${String(index).padStart(8, '0')}`;

/** Resident memory of a process in MiB. */
const residentOf = (pid: number): number => {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
};

let running: SandboxProcess | undefined;
dumpFramesOnFailure(() => running && { control: running.client });

it(`serves ${ACCOUNTS} accounts at once in less than ${LIMIT_MIB} MiB`, async (test) => {
  const sandbox = await spawnSandbox({ seed: 'many' });
  running = sandbox;
  const idle = residentOf(sandbox.pid ?? 0);
  const clients: BareBaileys[] = [];
  const started = performance.now();
  for (let index = 0; index < ACCOUNTS; index++) {
    const phone = await sandbox.client.makePhone(numberOf(index));
    clients.push(await pairBaileys(sandbox, phone.scan));
  }
  const paired = performance.now() - started;
  const { phones } = await sandbox.client.state();
  assert.equal(phones.filter(({ companions }) => companions[0]?.live).length, ACCOUNTS);
  // everybody gets something from the one before
  const ids = new Map<number, string>();
  for (let index = 0; index < ACCOUNTS; index++) {
    const from = sandbox.client.phone(numberOf((index + ACCOUNTS - 1) % ACCOUNTS));
    ids.set(index, await from.send(numberOf(index), `hello ${index}`));
  }
  await until(
    'all texts',
    () =>
      clients.every((client, index) =>
        client.upserts.some(({ message }) => message.key.id === ids.get(index)),
      ),
    60_000,
  );
  const resident = residentOf(sandbox.pid ?? 0);
  test.diagnostic(
    `paired in ${Math.round(paired / 1000)} s; resident ${Math.round(idle)} MiB empty, ${Math.round(resident)} MiB with ${ACCOUNTS}`,
  );
  assert.ok(resident < LIMIT_MIB, `${resident} MiB`);
  await Promise.all(clients.map((client) => client.close()));
  assert.equal(await sandbox.close(), 0);
});
