import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import { z } from 'zod';
import { engineOfData, MONGO_ENGINES } from '../../../src/adapters/services/mongo.ts';
import { identify } from '../../../src/adapters/services/process.ts';
import {
  type Services,
  type ServicesOptions,
  startServices,
} from '../../../src/adapters/services/services.ts';
import { mongoFor } from '../../../src/adapters/services/start.ts';
import { hasCode } from '../../../src/errors.ts';
import { startNats, testFinding } from '../../support/servers.ts';
import { tempDir } from '../../support/temp.ts';

const OWNER = fileURLToPath(new URL('../../support/owner.js', import.meta.url));
const lockFile = z.object({
  pid: z.number(),
  servers: z.object({ nats: z.object({ pid: z.number() }), mongo: z.object({ pid: z.number() }) }),
});
const answer = z.object({
  natsUrl: z.string().optional(),
  mongoUrl: z.string().optional(),
  error: z.string().optional(),
});

/** A data directory, and starts on it that are closed again whatever happens. */
const fixture = async () => {
  const temp = await tempDir();
  const opened: Services[] = [];
  after(async () => {
    await Promise.all(opened.map((services) => services.close()));
    await temp.end();
  });
  const open = async (options: Partial<ServicesOptions> = {}): Promise<Services> => {
    const { installDir, log } = testFinding;
    const services = await startServices({ dataDir: temp.dir, installDir, durable: false, log, ...options });
    opened.push(services);
    return services;
  };
  return { dir: temp.dir, open };
};
const readLock = async (dir: string) => lockFile.parse(JSON.parse(await readFile(join(dir, 'lock'), 'utf8')));
const pidsIn = async (dir: string) => {
  const { servers } = await readLock(dir);
  return { nats: servers.nats.pid, mongo: servers.mongo.pid };
};
const lives = async (pid: number) => (await identify(pid)) !== null;

const leaveTraces = async ({ natsUrl, mongoUrl }: { natsUrl: string; mongoUrl: string }): Promise<void> => {
  const nats = await connect({ servers: natsUrl });
  await (await jetstreamManager(nats)).streams.add({ name: 'T', subjects: ['t.>'] });
  await jetstream(nats).publish('t.a', 'kept');
  await nats.close();
  const mongo = new MongoClient(mongoUrl);
  await mongo.db('t').collection('a').insertOne({ kept: true });
  await mongo.close();
};
const findTraces = async ({ natsUrl, mongoUrl }: { natsUrl: string; mongoUrl: string }): Promise<void> => {
  // both clients wait for a server that is just coming back
  const nats = await connect({ servers: natsUrl, waitOnFirstConnect: true, reconnectTimeWait: 50 });
  const message = await (await jetstreamManager(nats)).streams.getMessage('T', { last_by_subj: 't.a' });
  assert.equal(message?.string(), 'kept');
  await nats.close();
  const mongo = new MongoClient(mongoUrl, { serverSelectionTimeoutMS: 10_000 });
  assert.equal(await mongo.db('t').collection('a').countDocuments(), 1);
  await mongo.close();
};

/** Another process that owns the directory, or was refused it. */
const owner = async (dir: string) => {
  const child: ChildProcess = spawn(process.execPath, [OWNER, dir, testFinding.installDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  after(() => void child.kill('SIGKILL'));
  assert.ok(child.stdout);
  const [line] = await once(createInterface(child.stdout), 'line');
  const said = answer.parse(JSON.parse(line));
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { ...said, pid: child.pid, kill };
};

it('keeps ports, messages and documents over a restart; leaves no process and no lock', async () => {
  const { dir, open } = await fixture();
  const first = await open();
  await leaveTraces(first);
  await assert.rejects(
    open(),
    (error) => hasCode(error, 'misconfigured') && error.message.includes(`process ${process.pid}`),
  );
  const pids = await pidsIn(dir);
  await first.close();
  assert.deepEqual([await lives(pids.nats), await lives(pids.mongo)], [false, false]);
  assert.deepEqual((await readdir(dir)).sort(), ['mongo', 'nats']);

  const engine = await engineOfData(join(dir, 'mongo'));
  assert.ok(engine !== null);
  const other = MONGO_ENGINES.filter((one) => one !== engine).at(-1) ?? engine;
  const program = await mongoFor(testFinding, dir, { engine: other, durable: false });
  assert.ok(program.dir.endsWith(engine), 'data decides the engine');

  const second = await open();
  assert.deepEqual([second.natsUrl, second.mongoUrl], [first.natsUrl, first.mongoUrl]);
  await findTraces(second);
  await second.close();
});

it('starts a server that was killed again, on its port and data', async () => {
  const { dir, open } = await fixture();
  const ended: string[] = [];
  const services = await open({
    durable: true,
    log: { ...testFinding.log, error: (fields) => 'server' in fields && ended.push(String(fields.server)) },
  });
  await leaveTraces(services);
  const before = await pidsIn(dir);
  process.kill(before.nats, 'SIGKILL');
  process.kill(before.mongo, 'SIGKILL');
  await findTraces(services);
  const now = await pidsIn(dir);
  assert.deepEqual(new Set(ended), new Set(['MongoDB', 'NATS']));
  assert.ok(now.nats !== before.nats && now.mongo !== before.mongo);
  await services.close();
  assert.deepEqual([await lives(now.nats), await lives(now.mongo)], [false, false]);
});

it('adopts what a killed owner left running, and starts what it did not', async () => {
  const { dir, open } = await fixture();
  const first = await owner(dir);
  const before = await pidsIn(dir);
  await first.kill();
  assert.deepEqual([await lives(before.nats), await lives(before.mongo)], [true, true]);

  const second = await owner(dir);
  assert.deepEqual([second.natsUrl, second.mongoUrl], [first.natsUrl, first.mongoUrl]);
  assert.deepEqual(await pidsIn(dir), before);
  assert.equal((await readLock(dir)).pid, second.pid);
  await second.kill();

  process.kill(before.nats, 'SIGKILL');
  const adopted: string[] = [];
  const info = (fields: object): void => {
    if ('taken' in fields && String(fields.taken).endsWith(', adopted')) adopted.push(String(fields.taken));
  };
  const third = await open({ log: { ...testFinding.log, info } });
  const { nats, mongo } = await pidsIn(dir);
  assert.ok(nats !== before.nats);
  assert.equal(mongo, before.mongo);
  assert.equal(adopted.length, 1);
  await third.close();
  assert.deepEqual([await lives(nats), await lives(mongo)], [false, false]);
});

it('ends a left server whose place a URL takes', async () => {
  const nats = await startNats();
  after(nats.stop);
  const { dir, open } = await fixture();
  const first = await owner(dir);
  const left = await pidsIn(dir);
  await first.kill();
  const services = await open({ natsUrl: nats.url });
  assert.equal(services.natsUrl, nats.url);
  assert.equal(await lives(left.nats), false);
  await services.close();
  assert.equal(await lives(nats.pid()), true);
});

it('lets exactly one of two simultaneous starts have the directory', async () => {
  const { dir } = await fixture();
  const both = await Promise.all([owner(dir), owner(dir)]);
  const [loser] = both.filter(({ error }) => error !== undefined);
  const [winner] = both.filter(({ error }) => error === undefined);
  assert.ok(winner !== undefined && loser !== undefined);
  assert.match(loser.error ?? '', new RegExp(`in use by process ${winner.pid} `));
});
