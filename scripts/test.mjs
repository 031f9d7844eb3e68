// npm test [-- WORD…]: every spec but the long ones. npm run test:full: the long ones (kills, volumes, browsers).
// A WORD keeps the spec files whose path contains it.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, setup } from './setup.mjs';

setup();
const words = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const full = process.argv.includes('--full');

// By the sources: what another branch left in dist/ is no spec of this one.
const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.spec.ts') && file.endsWith('.full.spec.ts') === full)
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .map((file) => join('dist', 'test', file.replace(/\.ts$/, '.js')))
  .sort();
if (files.length === 0) {
  console.error(`test: no spec file matches ${words.join(' ')}`);
  process.exit(1);
}
// Baileys leaves timers of up to 30 s behind every socket; nothing waits for them once the tests are done
const limits = [
  '--test-force-exit',
  `--test-timeout=${full ? 1_200_000 : 300_000}`,
  `--test-concurrency=${full ? 1 : 3}`,
];
const guard = pathToFileURL(join(ROOT, 'scripts', 'no-real-whatsapp.mjs')).href;
const { NODE_OPTIONS = '' } = process.env;
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-reporter=spec', ...limits, ...files],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: `${NODE_OPTIONS} --import=${guard}`.trim() },
  },
);
process.exit(status ?? 1);
