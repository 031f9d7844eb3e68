import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { makeTemporaryDirectory } from '../../src/adapters/temporary-files.ts';
import { temporaryDirectory } from '../support/service.ts';

it('empties a directory that is a RAM disk, and leaves it', async (t) => {
  const dataDir = temporaryDirectory();
  const disk = join(dataDir, 'tmp');
  await mkdir(disk);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  if (status !== 0) return t.skip('no tmpfs can be mounted here');
  t.after(() => void spawnSync('umount', [disk]));
  const leave = async (): Promise<void> => {
    await mkdir(join(disk, 'wildcat-media-1'));
    await writeFile(join(disk, 'wildcat-media-1', 'in'), 'left behind');
  };
  await leave();
  const { dir, remove } = await makeTemporaryDirectory(dataDir);
  assert.deepEqual([dir, await readdir(dir)], [disk, []]);
  await leave();
  await remove();
  assert.deepEqual(await readdir(disk), []);
});
