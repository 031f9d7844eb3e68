import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type TempDir, tempDir } from '../support/temp.ts';

// compiled to dist/test/e2e, so three up
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

let temp: TempDir;
let clone: string;

before(async () => {
  temp = await tempDir();
  clone = join(temp.dir, 'wildcat');
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone]);
});
after(() => temp?.end());

/** `npm start` until it listens, then Ctrl-C. Gives the ms to the line, and everything that it printed. */
const startAndStop = async (): Promise<Readonly<{ ms: number; code: number | null; output: string }>> => {
  const began = performance.now();
  const { PATH = '', HOME = '' } = process.env;
  // no account dials anything: there is none
  const child: ChildProcess = spawn('npm', ['start'], {
    cwd: clone,
    detached: true,
    env: { PATH, HOME, PORT: '0', WHATSAPP_SOCKET_URL: 'ws://127.0.0.1:1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? 0;
  temp.tell(pid);
  const lines: string[] = [];
  let ms = 0;
  const exited = once(child, 'exit');
  for (const input of [child.stdout, child.stderr])
    if (input !== null)
      createInterface({ input }).on('line', (line) => {
        lines.push(line);
        if (!/^wildcat listening on http:\/\/127\.0\.0\.1:\d+$/.test(line)) return;
        ms = performance.now() - began;
        // as a terminal does it: to the whole group
        process.kill(-pid, 'SIGINT');
      });
  const [code] = await exited;
  return { ms: Math.round(ms), code: typeof code === 'number' ? code : null, output: lines.join('\n') };
};

it('starts from a fresh clone with npm start alone, and ends with exit code 0 on Ctrl-C', async () => {
  const { ms, code, output } = await startAndStop();
  process.stderr.write(`# first start listens after ${ms} ms\n`);
  assert.ok(ms > 0, output);
  assert.equal(code, 0, output);
  assert.match(output, /nats-server ready/);
  assert.match(output, /wildcat stopping \(SIGINT\)/);
});

it('starts a second time in under 5 s', async () => {
  const { ms, code, output } = await startAndStop();
  process.stderr.write(`# second start listens after ${ms} ms\n`);
  assert.equal(code, 0, output);
  assert.ok(ms > 0 && ms < 5_000, `it took ${ms} ms\n${output}`);
});
