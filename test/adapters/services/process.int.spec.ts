import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { it } from 'node:test';
import { freePort, isFree } from '../../../src/adapters/services/ports.ts';
import { identify, isRunning, stopProcess } from '../../../src/adapters/services/process.ts';

it('tells a process from a later one with its pid', async () => {
  const me = await identify(process.pid);
  assert.ok(me !== null);
  assert.equal(await isRunning(me), true);
  assert.equal(await isRunning({ ...me, started: 'before' }), false);
});

it('takes no process for gone that it can not look at', async () => {
  const script = `
    import { openSync } from 'node:fs';
    const { identify, isRunning } = await import(${JSON.stringify(new URL('../../../src/adapters/services/process.js', import.meta.url).href)});
    const me = await identify(process.pid);
    try {
      for (;;) openSync('.');
    } catch {}
    process.stdout.write(await isRunning(me).then(String, (error) => error.code));`;
  const limited = [
    '-c',
    'ulimit -n 100; exec "$@"',
    'sh',
    process.execPath,
    '--input-type=module',
    '-e',
    script,
  ];
  const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] });
  assert.match(String(await once(child.stdout, 'data')), /^(EMFILE|true)$/);
});

it('stops a process that ignores SIGTERM, and only when it must', async () => {
  const child = spawn('sh', ['-c', 'trap "" TERM; echo set; while :; do sleep 0.05; done']);
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const id = await identify(child.pid ?? 0);
  assert.ok(id !== null);
  await stopProcess({ ...id, started: 'before' }, 0);
  assert.equal(await isRunning(id), true);
  await stopProcess(id, 50);
  assert.equal(await isRunning(id), false);
  assert.deepEqual(await exited, [null, 'SIGKILL']);
});

it('takes the wanted port, or another if a stranger has it', async () => {
  const wanted = await freePort();
  assert.equal(await freePort(wanted), wanted);
  const stranger = createServer().listen(wanted, '127.0.0.1');
  await once(stranger, 'listening');
  assert.equal(await isFree(wanted), false);
  assert.notEqual(await freePort(wanted), wanted);
  stranger.close();
});
