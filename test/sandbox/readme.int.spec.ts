import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { it } from 'node:test';
import { spawnSandbox } from '../../sandbox/spawn.ts';
import { until } from '../support/bare-baileys.ts';
import { temporaryDirectory } from '../support/service.ts';

/** The first JavaScript of the README, as it stands there. */
const script = /```js\n([\s\S]+?)```/.exec(readFileSync(join('sandbox', 'README.md'), 'utf8'))?.[1] ?? '';

it('pairs a plain Baileys by the script of the README', async () => {
  const lines = script.split('\n').filter((line) => line.trim() !== '').length;
  assert.ok(lines > 5 && lines <= 25, `${lines} lines`);
  const directory = temporaryDirectory();
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'), 'dir');
  writeFileSync(join(directory, 'bot.mjs'), script);
  const sandbox = await spawnSandbox();
  const bot = spawn(process.execPath, ['bot.mjs'], {
    cwd: directory,
    env: {
      PATH: process.env.PATH ?? '',
      WHATSAPP_SOCKET_URL: sandbox.url,
      WHATSAPP_ROOT_KEY: sandbox.rootKey,
      WHATSAPP_CA: sandbox.caFile,
    },
  });
  let said = '';
  for (const stream of [bot.stdout, bot.stderr]) {
    stream.on('data', (data: Buffer) => {
      said += data.toString();
    });
  }
  try {
    await until('the message', () => /^Ben: hi$/m.test(said), 60_000).catch((error: unknown) => {
      throw new Error(`the script said:\n${said}`, { cause: error });
    });
    const ben = sandbox.client.phone('4915187654321');
    await ben.waitForMessage(({ text, from }) => text === 'hi yourself' && from === '4915112345678');
  } finally {
    bot.kill('SIGKILL');
    await sandbox.close();
  }
});
