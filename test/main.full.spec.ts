import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, open, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { it } from 'node:test';
import { z } from 'zod';
import { identify } from '../src/adapters/services/process.ts';
import { testFinding } from './support/servers.ts';
import { tempDir } from './support/temp.ts';
import { waitFor } from './support/wait.ts';

const owned = z.object({ pid: z.number() });
const lockFile = z.object({ servers: z.object({ nats: owned, mongo: owned }) });

for (const [signal, reader] of [
  ['SIGTERM', 'reads on'],
  // as in `npm start | tee log`, where Ctrl-C ends both
  ['SIGINT', 'is gone'],
] as const)
  it(`ends the servers that it has begun to start on ${signal} during the start, whoever read its output ${reader}`, async (t) => {
    const temp = await tempDir();
    t.after(temp.end);
    await symlink(testFinding.installDir, join(temp.dir, 'programs'));
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [resolve('dist/src/main.js')], {
      cwd: temp.dir,
      env: {
        PATH,
        HOME,
        PORT: '0',
        LOG_LEVEL: 'warn',
        DATA_DIR: temp.dir,
        WHATSAPP_SOCKET_URL: 'ws://127.0.0.1:1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    const servers = async () => {
      const lock = lockFile.safeParse(JSON.parse(await readFile(join(temp.dir, 'lock'), 'utf8')));
      return lock.success ? [lock.data.servers.nats.pid, lock.data.servers.mongo.pid] : null;
    };
    const pids = await waitFor(servers, { what: 'servers in the lock' });
    if (reader === 'is gone') child.stdout.destroy();
    child.kill(signal);
    assert.doesNotMatch(output, /listening/, 'it was starting');
    assert.deepEqual(await once(child, 'close'), [0, null], output);
    assert.doesNotMatch(output, /listening/, 'it is going');
    assert.deepEqual(await Promise.all(pids.map(identify)), [null, null]);
  });

for (const [verb, args, code, said] of [
  ['a service', [], 0, ''],
  ['a verb', ['export', 'archive'], 130, 'wildcat: export was stopped. The same call begins anew.\n'],
] as const)
  it(`gives up a start of ${verb} that takes long on SIGTERM, and ends its servers`, async (t) => {
    const temp = await tempDir();
    t.after(temp.end);
    // as one that reads its data
    const slow =
      '#!/bin/sh\n[ "$1" = --version ] && echo nats-server: v2.15.1 && exit\nwhile :; do :; done\n';
    await writeFile(join(temp.dir, 'nats-server'), slow, { mode: 0o755 });
    await symlink(testFinding.installDir, join(temp.dir, 'programs'));
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [resolve('dist/src/main.js'), ...args], {
      cwd: temp.dir,
      env: { PATH: `${temp.dir}:${PATH}`, HOME, PORT: '0', LOG_LEVEL: 'silent', DATA_DIR: temp.dir },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.after(() => void child.kill('SIGKILL'));
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    const lock = async () => lockFile.parse(JSON.parse(await readFile(join(temp.dir, 'lock'), 'utf8')));
    const { servers } = await waitFor(() => lock().catch(() => null), { what: 'servers in the lock' });
    const pids = [servers.nats.pid, servers.mongo.pid];
    for (const pid of pids) temp.tell(pid);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'close'), [code, null]);
    assert.equal(errors, said);
    assert.deepEqual(await Promise.all(pids.map(identify)), [null, null]);
  });

const wildcat = (dataDir: string, ...args: string[]) =>
  spawnSync(process.execPath, [resolve('dist/src/main.js'), ...args], {
    cwd: dataDir,
    env: { PATH: process.env.PATH, DATA_DIR: join(dataDir, 'data') },
    encoding: 'utf8',
  });

it('tells its version, and what is wrong in one line, and starts no server for an archive that is none', async (t) => {
  const temp = await tempDir();
  t.after(temp.end);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile('package.json', 'utf8')));
  const told = wildcat(temp.dir, '--version');
  assert.deepEqual([told.status, told.stdout], [0, `${version}\n`]);
  const wrong = wildcat(temp.dir, 'export');
  assert.deepEqual([wrong.status, wrong.stderr.split('\n').length], [2, 2]);
  for (const verb of [
    ['import', 'none'],
    ['purge', '--upto', '1', '--archive', 'none'],
  ]) {
    const refused = wildcat(temp.dir, ...verb);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /none\/manifest\.json is no manifest of an archive/);
    await assert.rejects(access(join(temp.dir, 'data')));
  }
});

/** A device that any write to fails as on a full disk. */
const FULL = '/dev/full';
it('calls an answer that could not be written an error, but for a reader who has left', async (t) => {
  if (process.platform !== 'linux') return t.skip(`there is no ${FULL}`);
  const temp = await tempDir();
  t.after(temp.end);
  const full = await open(FULL, 'w');
  t.after(() => full.close());
  const said = 'wildcat: done, but its answer could not be written: ENOSPC: no space left on device, write\n';
  for (const word of ['--version', '--help']) {
    const { status, stderr } = spawnSync(process.execPath, [resolve('dist/src/main.js'), word], {
      cwd: temp.dir,
      stdio: ['ignore', full.fd, 'pipe'],
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [1, said]);
  }
  const child = spawn(process.execPath, [resolve('dist/src/main.js'), '--help'], {
    cwd: temp.dir,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.destroy();
  assert.deepEqual(await once(child, 'close'), [0, null]);
});

const refusing = process.platform === 'linux' ? '/proc/wildcat' : '/dev/null/wildcat';
it(`says in one line that a directory can't be made (${refusing})`, async (t) => {
  const temp = await tempDir();
  t.after(temp.end);
  const { status, stderr } = spawnSync(process.execPath, [resolve('dist/src/main.js')], {
    cwd: temp.dir,
    env: { PATH: process.env.PATH, DATA_DIR: refusing },
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^wildcat: DATA_DIR can not be used: .*\n$/);
});
