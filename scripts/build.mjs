// npm run build: compiles, and lays the sandbox' page beside the code that serves it (it needs no compiling).
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Gives whether all went well. */
export const build = () => {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) return false;
  cpSync(join(ROOT, 'sandbox', 'page'), join(ROOT, 'dist', 'sandbox', 'page'), { recursive: true });
  return true;
};

if (process.argv[1] === fileURLToPath(import.meta.url) && !build()) process.exit(1);
