import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type SandboxProcess, spawnSandbox } from '../../sandbox/spawn.ts';
import { pairBaileys, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';

const MAIN = fileURLToPath(new URL('../../sandbox/main.js', import.meta.url));

let running: SandboxProcess | undefined;
dumpFramesOnFailure(() => running && { control: running.client });

it('serves from a process of its own, and stops cleanly', async () => {
  const sandbox = await spawnSandbox({ seed: 'process' });
  running = sandbox;
  const me = await sandbox.client.makePhone('4915900000001');
  const ben = await sandbox.client.makePhone('4915900000002');
  const client = await pairBaileys(sandbox, me.scan);
  const id = await ben.send(me.number, 'hello');
  await until('the text', () => client.upserts.some(({ message }) => message.key.id === id));
  await client.close();
  assert.equal(await sandbox.close(), 0);
});

it('has the same root key for the same seed', async () => {
  const [one, other] = await Promise.all([
    spawnSandbox({ seed: 'process' }),
    spawnSandbox({ seed: 'process' }),
  ]);
  assert.equal(one.rootKey, other.rootKey);
  assert.notEqual(one.url, other.url);
  await Promise.all([one.close(), other.close()]);
});

const refuses = async (args: readonly string[]) => {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString();
  });
  const [code] = await once(child, 'close');
  return { code, said };
};

it('refuses to listen on anything but loopback', async () => {
  const { code, said } = await refuses(['--host', '0.0.0.0', '--port=0']);
  assert.equal(code, 2);
  assert.match(said, /HOST: the sandbox listens on loopback only/);
});

it('says so when its port is taken', async () => {
  const sandbox = await spawnSandbox();
  running = sandbox;
  const { port } = new URL(sandbox.controlUrl);
  const { code, said } = await refuses(['--port', port]);
  assert.equal(code, 1);
  assert.match(said, /EADDRINUSE/);
  await sandbox.close();
});
