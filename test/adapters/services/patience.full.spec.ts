import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { freePort } from '../../../src/adapters/services/ports.ts';
import { isRunning, type ProcessId } from '../../../src/adapters/services/process.ts';
import { adoptProgram, startProgram } from '../../../src/adapters/services/run.ts';
import type { Program } from '../../../src/adapters/services/types.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import { silentLog } from '../../support/silent-log.ts';
import { tempDir } from '../../support/temp.ts';

/** A server that answers once it has worked for so long, or never. */
const server = (dir: string, workMs: number): Program => ({
  ...{ name: 'Slow', taken: 'a script', command: process.execPath, dir },
  args: (port) => [
    '-e',
    `const end = Date.now() + ${workMs};
     while (Date.now() < end);
     const server = require('node:http').createServer((_, answer) => answer.end());
     ${workMs > 0 ? `server.listen(${port}, '127.0.0.1');` : 'setInterval(() => {}, 1_000);'}`,
  ],
  prepare: async () => {},
  ready: async (port) => void (await fetch(`http://127.0.0.1:${port}/`)),
  url: (port) => `http://127.0.0.1:${port}/`,
});

it('waits for a server as long as it is at work, tells so, and waits no longer', async (t) => {
  const temp = await tempDir();
  t.after(temp.end);
  await writeFile(join(temp.dir, 'data'), 'x'.repeat(1_000));
  const told: object[] = [];
  const log: Logger = { ...silentLog, info: (fields) => told.push(fields) };
  const start = async (workMs: number, maxMs: number) => {
    const patience = { idleMs: 500, maxMs, tellMs: 900 };
    return startProgram(server(temp.dir, workMs), await freePort(), { patience, log });
  };
  const running = await start(1_700, 60_000);
  temp.tell(running.id.pid);
  assert.deepEqual(told, [{ server: 'Slow', seconds: 1, bytes: 1_000 }]);
  await assert.rejects(start(0, 60_000), /did not answer in time/);
  await assert.rejects(start(600_000, 700), /did not answer in time/);
});

it('takes over a server of a dead owner that is still at work, not one that does nothing', async (t) => {
  const adopt = async (workMs: number) => {
    // each has one server, which it ends
    const temp = await tempDir();
    t.after(temp.end);
    const [program, port] = [server(temp.dir, workMs), await freePort()];
    const id = await new Promise<ProcessId>((resolve) => {
      const onSpawn = async (spawned: ProcessId): Promise<void> => resolve(spawned);
      void startProgram(program, port, { onSpawn }).catch(() => undefined);
    });
    temp.tell(id.pid);
    return { id, adopted: await adoptProgram(program, { ...id, port }) };
  };
  const [busy, idle] = await Promise.all([adopt(7_000), adopt(0)]);
  assert.deepEqual(busy.adopted?.id, busy.id);
  assert.equal(idle.adopted, null);
});

it('ends a server whose start is given up, at once', async (t) => {
  const temp = await tempDir();
  t.after(temp.end);
  const stop = new AbortController();
  const ids: ProcessId[] = [];
  const onSpawn = async (id: ProcessId): Promise<void> => {
    ids.push(id);
    stop.abort(new Error('not wanted any more'));
  };
  const start = startProgram(server(temp.dir, 600_000), await freePort(), { onSpawn, signal: stop.signal });
  await assert.rejects(start, /not wanted any more/);
  assert.deepEqual(await Promise.all(ids.map(isRunning)), [false]);
});
