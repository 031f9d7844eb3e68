import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { acquireLock } from '../../../src/adapters/services/lock.ts';
import { hasCode } from '../../../src/errors.ts';
import { tempDir } from '../../support/temp.ts';

const lockedDir = async (content?: object): Promise<string> => {
  const { dir, end } = await tempDir();
  after(end);
  if (content !== undefined) await writeFile(join(dir, 'lock'), JSON.stringify(content));
  return dir;
};
const nats = { pid: process.pid, started: 'long ago', port: 4222 };
/** Our own pid with another start time: what a reused pid looks like. */
const deadOwner = { pid: process.pid, started: 'long ago', since: 'then', servers: { nats } };

it('refuses a directory that a live process holds, naming it', async () => {
  const dir = await lockedDir();
  const lock = await acquireLock(dir);
  await assert.rejects(
    acquireLock(dir),
    (error: Error) =>
      hasCode(error, 'misconfigured') &&
      error.message.includes(dir) &&
      error.message.includes(`process ${process.pid}`) &&
      error.message.includes('DATA_DIR'),
  );
  await lock.release();
  await (await acquireLock(dir)).release();
  assert.deepEqual(await readdir(dir), []);
});

it('succeeds a dead owner, even one whose pid lives on in another process, and learns what it left', async () => {
  const dir = await lockedDir(deadOwner);
  const lock = await acquireLock(dir);
  assert.deepEqual(lock.left, { nats });
});

it('keeps what was left known if the successor dies too', async () => {
  const dir = await lockedDir(deadOwner);
  await acquireLock(dir);
  assert.deepEqual(JSON.parse(await readFile(join(dir, 'lock'), 'utf8')).servers, { nats });
});

it('notes servers down for whoever comes next', async () => {
  const dir = await lockedDir();
  const lock = await acquireLock(dir);
  await Promise.all([lock.note('nats', nats), lock.note('mongo', { ...nats, port: 27017 })]);
  const { servers } = JSON.parse(await readFile(join(dir, 'lock'), 'utf8'));
  assert.deepEqual(servers, { nats, mongo: { ...nats, port: 27017 } });
});

it('notes down again once it can, and leaves nothing of what it could not', async () => {
  const dir = await lockedDir();
  const lock = await acquireLock(dir);
  const path = join(dir, 'lock');
  // as a full disk would: the file can't be written
  await rm(path);
  await mkdir(path);
  await assert.rejects(lock.note('nats', nats));
  assert.deepEqual(await readdir(dir), ['lock']);
  await rmdir(path);
  await lock.note('nats', nats);
  assert.deepEqual(JSON.parse(await readFile(path, 'utf8')).servers, { nats });
  await lock.release();
  assert.deepEqual(await readdir(dir), []);
});

for (const [what, content] of [
  ['a free directory', undefined],
  ['a dead owner', deadOwner],
  ['a damaged lock', {}],
] as const)
  it(`gives ${what} to exactly one of eight that race for it`, async () => {
    for (let round = 0; round < 20; round++) {
      const dir = await lockedDir(content);
      // each a little later than the one before, so that slow ones meet every step of the fast ones
      const racers = Array.from({ length: 8 }, async (_, racer) => {
        for (let turn = 0; turn < (racer * round) / 4; turn++) await setImmediate();
        return acquireLock(dir);
      });
      const results = await Promise.allSettled(racers);
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.deepEqual(await readdir(dir), ['lock']);
    }
  });

it('gets past a successor that died in the middle', async () => {
  const dir = await lockedDir(deadOwner);
  await writeFile(
    join(dir, `lock.after-${process.pid}-long%20ago`),
    JSON.stringify({ ...deadOwner, started: 'later', servers: {} }),
  );
  assert.deepEqual((await acquireLock(dir)).left, { nats });
  assert.deepEqual(await readdir(dir), ['lock']);
});
