import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freePort } from '../../../src/adapters/services/ports.ts';
import { startProgram } from '../../../src/adapters/services/run.ts';
import type { Program } from '../../../src/adapters/services/types.ts';
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

it('waits for a server as long as it is at work, and no longer', async (t) => {
  const temp = await tempDir();
  t.after(temp.end);
  const start = async (workMs: number, maxMs: number) =>
    startProgram(server(temp.dir, workMs), await freePort(), undefined, { idleMs: 500, maxMs });
  const running = await start(1_700, 60_000);
  temp.tell(running.id.pid);
  await assert.rejects(start(0, 60_000), /did not answer in time/);
  await assert.rejects(start(600_000, 700), /did not answer in time/);
});
