// npm test [-- WORD…]: every spec but the long ones. npm run test:full: the long ones (kills, volumes, browsers).
// A WORD keeps the spec files whose path contains it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
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

// Specs without servers share a few processes: to start one for each takes longer than all of them run.
const SHARED = 6;
const together = (specs) => {
  const folder = join('dist', 'test', 'shared-processes');
  rmSync(join(ROOT, folder), { recursive: true, force: true });
  mkdirSync(join(ROOT, folder));
  return Array.from({ length: SHARED }, (_, n) => {
    const entry = join(folder, `${n + 1}.js`);
    const imports = specs
      .filter((_, index) => index % SHARED === n)
      .map((spec) => `import '../../../${spec}';\n`);
    writeFileSync(join(ROOT, entry), imports.join('').replaceAll(sep, '/'));
    return entry;
  });
};
const needsServers = (file) => /\.(int|full)\.spec\.js$/.test(file);
const pure = files.filter((file) => !needsServers(file));
const entries = pure.length > SHARED ? [...files.filter(needsServers), ...together(pure)] : files;

// Baileys leaves timers of up to 30 s behind every socket; nothing waits for them once the tests are done
const limits = [
  '--test-force-exit',
  `--test-timeout=${full ? 1_200_000 : 300_000}`,
  `--test-concurrency=${full ? 1 : 4}`,
];
const guard = pathToFileURL(join(ROOT, 'scripts', 'no-real-whatsapp.mjs')).href;
const { NODE_OPTIONS = '' } = process.env;
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-reporter=spec', ...limits, ...entries],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: `${NODE_OPTIONS} --import=${guard}`.trim() },
  },
);
process.exit(status ?? 1);
