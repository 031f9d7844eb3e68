import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import {
  caughtUp,
  connectWorld,
  foldedTables,
  sampleDay,
  startRunner,
  storedTables,
  type World,
} from '../support/views.ts';
import { waitFor } from '../support/wait.ts';

let nats: TestServer;
let mongod: TestServer;
let world: World;
let dbName: string;
/** Events that views which are behind take at once, at most. */
const STEP = 4_000;
const children: ChildProcess[] = [];
const RUNNER = fileURLToPath(new URL('../support/view-runner.js', import.meta.url));

const spawnRunner = (fatal = 0): ChildProcess => {
  const args = [RUNNER, nats.url, mongod.url, dbName, String(fatal)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
};
const position = async (): Promise<number> => {
  const docs = await world.mongo.views
    .collection<{ _id: string; position: number }>('checkpoints')
    .find()
    .toArray();
  return docs.length === 0 ? -1 : Math.min(...docs.map((doc) => doc.position));
};

before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
  dbName = `crash_${process.pid}`;
  world = await connectWorld(nats.url, mongod.url, dbName);
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await world.end();
  await Promise.all([nats.stop(), mongod.stop()]);
});

it('killed in the middle of its transactions it folds each event once, and its successor need not wait', async () => {
  const seq = await world.append(...sampleDay(6_000));
  for (const fatal of [1, 2, 3]) {
    const before = await position();
    const child = spawnRunner(fatal);
    const [code, signal] = await once(child, 'exit');
    assert.deepEqual([code, signal], [null, 'SIGKILL']);
    const steps = ((await position()) - Math.max(0, before)) / STEP;
    assert.ok(steps < fatal, `${steps} steps in ${fatal} transactions, the last of which was cut short`);
  }
  const began = performance.now();
  const runner = startRunner(world);
  await caughtUp(runner, seq);
  // an orphan transaction would hold the checkpoint for 60 s
  assert.ok(performance.now() - began < 20_000, `${performance.now() - began} ms`);
  await runner.stop();
  assert.deepEqual(await storedTables(world), await foldedTables(world));
});

it('killed while it folds as fast as it can, beside another that takes over', async () => {
  const first = spawnRunner();
  let seq = 0;
  for (let i = 0; i < 10; i++) seq = await world.append(...sampleDay(60, `fast${i}`));
  spawnRunner();
  await waitFor(async () => (await position()) > seq - 300, { what: 'half of it', ms: 20_000 });
  first.kill('SIGKILL');
  for (let i = 0; i < 10; i++) seq = await world.append(...sampleDay(60, `faster${i}`));
  await waitFor(async () => (await position()) >= seq, { what: 'all of it', ms: 30_000 });
  assert.deepEqual(await storedTables(world), await foldedTables(world));
});
