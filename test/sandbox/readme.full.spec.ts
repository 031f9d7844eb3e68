import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { it } from 'node:test';
import { type SandboxProcess, spawnSandbox } from '../../sandbox/spawn.ts';
import { until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { temporaryDirectory } from '../support/service.ts';

const README = readFileSync(join('sandbox', 'README.md'), 'utf8');

/** The first block of a language that contains this, as it stands. */
const block = (language: string, containing: string): string => {
  const blocks = [...README.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``, 'g'))];
  const found = blocks.map(([, text = '']) => text).find((text) => text.includes(containing));
  assert.ok(found, `a block with ${containing}`);
  return found;
};
const bot = block('js', 'makeWASocket');

let running: SandboxProcess | undefined;
dumpFramesOnFailure(() => running && { control: running.client });

/** A project of somebody else: the bot, Baileys, and nothing of ours. */
const makeProject = () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(resolve('node_modules', '@whiskeysockets'), join(directory, 'node_modules', '@whiskeysockets'));
  writeFileSync(join(directory, 'bot.mjs'), bot);
  return directory;
};

/** Runs a command; what it says is told as it comes. */
const run = (command: string, args: readonly string[], cwd: string, env: Record<string, string>) => {
  const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH ?? '', ...env } });
  const told = { said: '', code: undefined as number | null | undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      told.said += data.toString();
    });
  }
  child.once('close', (code) => {
    told.code = code;
  });
  return { told, stop: () => child.kill('SIGKILL') };
};

it('pairs a plain Baileys by the script of the README', async () => {
  const lines = bot.split('\n').filter((line) => line.trim() !== '').length;
  assert.ok(lines <= 25, `${lines} lines`);
  const sandbox = await spawnSandbox();
  running = sandbox;
  const { told, stop } = run(process.execPath, ['bot.mjs'], makeProject(), {
    WHATSAPP_SOCKET_URL: sandbox.url,
    WHATSAPP_ROOT_KEY: sandbox.rootKey,
    WHATSAPP_CA: sandbox.caFile,
  });
  await until('the message', () => /^Ben: hi$/m.test(told.said), 60_000).catch((error: unknown) => {
    throw new Error(`the script said:\n${told.said}`, { cause: error });
  });
  const ben = sandbox.client.phone('4915187654321');
  await ben.waitForMessage(({ text, from }) => text === 'hi yourself' && from === '4915112345678');
  // beside Baileys' own lines a newcomer reads this one and no other
  assert.deepEqual(told.said.match(/^\w+: .*$/gm), ['Ben: hi']);
  stop();
  await sandbox.close();
});

/** As much of Vitest as the recipe asks of it, so that a runner of our own is not one more dependency. */
const VITEST = `
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
export const afterAll = after;
export const beforeAll = (run, timeout) => before(run, { timeout });
export const test = (name, run, timeout) => it(name, { timeout }, run);
export const expect = (value) => ({ toBe: (other) => assert.equal(value, other) });
`;
/** The same of pytest: fixtures are generators. */
const PYTEST = 'def fixture(scope=None):\n    return lambda make: make\n';
const PYTEST_RUN = `
import test_bot
fixture = test_bot.api()
test_bot.test_the_bot_answers_everybody(next(fixture))
next(fixture, None)
`;

const passes = async (command: string, args: readonly string[], directory: string) => {
  const { told, stop } = run(command, args, directory, { WILDCAT: resolve('.') });
  await until('the end', () => told.code !== undefined, 90_000).finally(stop);
  assert.equal(told.code, 0, told.said);
};

it('is used in a suite of Vitest by the recipe of the README', async () => {
  const directory = makeProject();
  const vitest = join(directory, 'node_modules', 'vitest');
  mkdirSync(vitest);
  writeFileSync(join(vitest, 'package.json'), '{"type":"module","exports":"./index.js"}');
  writeFileSync(join(vitest, 'index.js'), VITEST);
  writeFileSync(join(directory, 'bot.test.mjs'), block('js', "from 'vitest'"));
  await passes(process.execPath, ['--test', '--test-force-exit', 'bot.test.mjs'], directory);
});

it('is used in a suite of pytest by the recipe of the README', async () => {
  const directory = makeProject();
  writeFileSync(join(directory, 'pytest.py'), PYTEST);
  writeFileSync(join(directory, 'test_bot.py'), block('python', 'pytest'));
  await passes('python3', ['-c', PYTEST_RUN], directory);
});
