// What every npm script needs before it can run: Node new enough, the dependencies of the lock file, a build.
// Plain JavaScript without dependencies, since nothing is installed yet when it starts.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(ROOT, 'node_modules', '.wildcat-lock');
const MIN_NODE = [20, 19];

const fail = (message) => {
  console.error(`setup: ${message}`);
  process.exit(1);
};

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  fail(`Node ${MIN_NODE.join('.')} or newer is needed, this is ${process.versions.node}`);
};

const run = (what, command, args) => {
  console.log(`setup: ${what}`);
  // npm is a script with a .cmd twin on Windows, which only a shell can start
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) fail(`${what} failed (exit ${result.status ?? result.signal})`);
};

/** What npm has written down of an install by hand holds all that the lock file wants, for this machine. */
const isInstalled = (lockFile) => {
  const byNpm = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(byNpm)) return false;
  const { packages: found } = JSON.parse(readFileSync(byNpm, 'utf8'));
  return Object.entries(JSON.parse(lockFile).packages).every(
    ([path, { version, optional }]) =>
      path === '' || found[path]?.version === version || (optional === true && found[path] === undefined),
  );
};

const installDependencies = () => {
  const lockFile = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const lock = createHash('sha256').update(lockFile).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  // npm ci begins by deleting what is there, which without a network never comes back
  if (existsSync(STAMP) || !isInstalled(lockFile)) {
    // with those for building, which NODE_ENV=production would leave out
    const options = ['--include=dev', '--no-fund', '--no-audit'];
    run('installing dependencies from package-lock.json', 'npm', ['ci', ...options]);
  }
  writeFileSync(STAMP, lock);
};

const compile = () => {
  // the first build takes some seconds, the later ones look only at what changed
  if (!existsSync(join(ROOT, 'dist', '.tsbuildinfo'))) console.log('setup: building');
  if (!build()) fail('the build failed');
};

/** Makes the checkout runnable; a second call costs the build check only (under a second). */
export const setup = () => {
  checkNode();
  installDependencies();
  compile();
  process.setSourceMapsEnabled(true);
};
