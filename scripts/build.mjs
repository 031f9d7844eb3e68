// npm run build: compiles, and lays the pages beside the code that serves them (they need no compiling).
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGES = ['console', join('sandbox', 'page')];

/** Gives whether all went well. */
export const build = () => {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) return false;
  for (const page of PAGES) {
    // anew: what is gone from the source must not be served
    rmSync(join(ROOT, 'dist', page), { recursive: true, force: true });
    cpSync(join(ROOT, page), join(ROOT, 'dist', page), { recursive: true });
  }
  return true;
};

if (process.argv[1] === fileURLToPath(import.meta.url) && !build()) process.exit(1);
