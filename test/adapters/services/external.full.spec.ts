import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { forOperators } from '../../../src/adapters/mongo/away.ts';
import { connectMongo } from '../../../src/adapters/mongo/connect.ts';
import { checkSecretKey } from '../../../src/adapters/mongo/secret-check.ts';
import { checkMongo } from '../../../src/adapters/services/mongo-ready.ts';
import { checkNats } from '../../../src/adapters/services/nats-info.ts';
import { freePort } from '../../../src/adapters/services/ports.ts';
import { isRunning, type ProcessId } from '../../../src/adapters/services/process.ts';
import { startProgram } from '../../../src/adapters/services/run.ts';
import { startServices } from '../../../src/adapters/services/services.ts';
import { mongoFor, natsFor } from '../../../src/adapters/services/start.ts';
import { hasCode } from '../../../src/errors.ts';
import { startMongo, startNats, testFinding } from '../../support/servers.ts';
import { silentLog } from '../../support/silent-log.ts';
import { tempDir } from '../../support/temp.ts';

const misconfigured =
  (...words: string[]) =>
  (error: Error) =>
    hasCode(error, 'misconfigured') &&
    words.every((word) => error.message.includes(word)) &&
    !error.message.includes('secret');

/** Something that greets with `line`, as an old NATS or another service would. */
const greeter = async (line: string): Promise<number> => {
  const server = createServer((socket) => void socket.on('error', () => undefined).end(line));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return (server.address() as AddressInfo).port;
};

it('accepts a running NATS, also as one of several addresses', async () => {
  const nats = await startNats();
  after(nats.stop);
  assert.equal(await checkNats(nats.url, 0), '2.15.1');
  const dead = await freePort();
  assert.equal(await checkNats(`localhost:${dead}, ${nats.url}`, 0), '2.15.1');
});

for (const version of ['2.11.9', '2.12.0'])
  it(`refuses an old NATS, ${version}`, async () => {
    const port = await greeter(`INFO {"server_name":"x","version":"${version}"}\r\n`);
    const url = `nats://me:secret@127.0.0.1:${port}`;
    await assert.rejects(checkNats(url, 0), misconfigured(`127.0.0.1:${port}`, version, '2.12.1'));
  });

it('refuses a NATS that takes no message as large as an event may be', async () => {
  const nats = await startNats({ edit: (config) => `${config}max_payload: 65536\n` });
  after(nats.stop);
  await assert.rejects(checkNats(nats.url, 0), misconfigured('65536', 'max_payload'));
});

it('says what is no NATS_URL, without the password', async () => {
  for (const url of ['nats://me:sec/secret@127.0.0.1:4222', 'nats://me:secret@:x'])
    await assert.rejects(checkNats(url, 0), misconfigured('NATS_URL is no URL'));
});

it('says which NATS does not answer, after the time given', async () => {
  const port = await freePort();
  await assert.rejects(
    checkNats(`nats://me:secret@127.0.0.1:${port}`, 300),
    misconfigured(`:${port}`, 'NATS_URL'),
  );
  const other = await greeter('SSH-2.0-x\r\n');
  await assert.rejects(checkNats(`nats://127.0.0.1:${other}`, 0), misconfigured(`:${other}`, 'NATS_URL'));
});

it('makes directories that several starts want at once', async () => {
  const temp = await tempDir();
  after(temp.end);
  const natsUrl = `nats://127.0.0.1:${await freePort()}`;
  const start = (name: string) =>
    startServices({
      dataDir: join(temp.dir, 'a', 'b', name),
      natsUrl,
      mongoUrl: '',
      waitMs: 0,
      log: silentLog,
    });
  const starts = ['api', 'gateway', 'webhooks', 'media'].map(start);
  await Promise.all(starts.map((one) => assert.rejects(one, misconfigured('NATS_URL'))));
});

it('says what is no MONGO_URL, without the password', async () => {
  for (const url of ['mongodb://me:secret', 'mongodb://me:secret@host:x', 'mongodb://me:sec%ret@host'])
    await assert.rejects(checkMongo(url, 0), misconfigured('MONGO_URL is no URL'));
});

it('accepts a MongoDB with transactions, refuses one without and one that does not answer', async () => {
  const mongo = await startMongo();
  after(mongo.stop);
  assert.match(await checkMongo(mongo.url, 2_000), /^\d+\.\d+/);

  const temp = await tempDir();
  after(temp.end);
  const program = await mongoFor(testFinding, temp.dir, { engine: 'secantusdb', durable: false });
  const standalone = { ...program, args: (port: number) => [...program.args(port), '--standalone'] };
  const running = await startProgram(standalone, await freePort());
  temp.tell(running.id.pid);
  await assert.rejects(checkMongo(running.url, 2_000), misconfigured('no replica set', '--replSet'));

  const nobody = `mongodb://me:secret@127.0.0.1:${await freePort()}/?authSource=admin`;
  await assert.rejects(checkMongo(nobody, 300), misconfigured('MONGO_URL', 'does not answer'));
});

it('tells a user that MongoDB does not know, or that has too few rights, in one line', async () => {
  const temp = await tempDir();
  after(temp.end);
  const program = await mongoFor(testFinding, temp.dir, { engine: 'secantusdb', durable: false });
  const guarded = { ...program, args: (port: number) => [...program.args(port), '--auth'] };
  const { id, url, port } = await startProgram(guarded, await freePort());
  temp.tell(id.pid);
  const stranger = `mongodb://me:secret@127.0.0.1:${port}/?directConnection=true`;
  await assert.rejects(checkMongo(stranger, 2_000), misconfigured('MONGO_URL', 'refuses', 'failed'));
  const databases = connectMongo(url, 'wildcat');
  after(databases.close);
  const asked = checkSecretKey(databases.state, createSecretKey(randomBytes(32))).catch((error: unknown) => {
    throw forOperators(error);
  });
  await assert.rejects(asked, misconfigured('MongoDB refuses', 'MONGO_URL', 'readWrite'));
});

it('tells a MongoDB that is gone during a start in one line', async () => {
  const databases = connectMongo(
    `mongodb://127.0.0.1:${await freePort()}/?directConnection=true`,
    'wildcat',
    100,
  );
  after(databases.close);
  const asked = checkSecretKey(databases.state, createSecretKey(randomBytes(32)));
  const error = forOperators(await asked.catch((thrown: unknown) => thrown));
  assert.ok(hasCode(error, 'unavailable'));
  assert.match(error.message, /^MongoDB does not answer: .*ECONNREFUSED/);
});

it('tells why a server does not start', async () => {
  const temp = await tempDir();
  after(temp.end);
  const program = await mongoFor(testFinding, temp.dir, { engine: 'secantusdb', durable: false });
  const wrong = { ...program, args: (port: number) => [...program.args(port), '--no-such-flag'] };
  await assert.rejects(startProgram(wrong, await freePort()), /MongoDB .*ended before .*--no-such-flag/s);
  const missing = { ...program, command: join(temp.dir, 'nothing') };
  await assert.rejects(startProgram(missing, await freePort()), /ENOENT/);
});

it('leaves no server behind that could not be noted down', async () => {
  const temp = await tempDir();
  after(temp.end);
  const program = await natsFor(testFinding, temp.dir, { durable: false });
  const spawned: ProcessId[] = [];
  const note = (id: ProcessId): Promise<void> => {
    spawned.push(id);
    temp.tell(id.pid);
    return Promise.reject(new Error('no space left'));
  };
  await assert.rejects(startProgram(program, await freePort(), { onSpawn: note }), /no space left/);
  assert.deepEqual(await Promise.all(spawned.map(isRunning)), [false]);
});
