// Types, lint and format, import rules: everything a machine can say about the style.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setup } from './setup.mjs';

setup();
const steps = [
  [
    'lint and format',
    [join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'],
  ],
  ['import rules', ['--test', join('dist', 'test', 'architecture.spec.js')]],
];
for (const [what, args] of steps) {
  console.log(`check: ${what}`);
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
console.log('check: all good');
