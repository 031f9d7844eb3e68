import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { after, before, it } from 'node:test';
import { connectMongo, type Databases } from '../../../src/adapters/mongo/connect.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

let mongo: TestServer;
let databases: Databases;
const sockets = new Set<Socket>();
const keep = (message: unknown): void => {
  if (typeof message !== 'object' || message === null || !('socket' in message)) return;
  if (message.socket instanceof Socket) sockets.add(message.socket);
};

before(async () => {
  mongo = await startMongo();
  subscribe('net.client.socket', keep);
  databases = connectMongo(mongo.url, `test_sockets_${process.pid}`);
});
after(async () => {
  unsubscribe('net.client.socket', keep);
  await databases?.close();
  await mongo?.stop();
});

it('settles a call that is written to a socket which is gone, but has not told so yet', {
  timeout: 20_000,
}, async () => {
  const { views, client } = databases;
  const things = views.collection<{ _id: number; n: number }>('things');
  await things.insertOne({ _id: 1, n: 0 });

  for (const socket of sockets) socket.destroy();
  await things.updateOne({ _id: 1 }, { $set: { n: 1 } });
  assert.equal((await things.findOne({ _id: 1 }))?.n, 1, 'tried again by the driver');

  // a transaction is not tried again by the driver: its follower does that, if only it is told
  await client.withSession(async (session) => {
    session.startTransaction();
    for (const socket of sockets) socket.destroy();
    await assert.rejects(things.updateOne({ _id: 1 }, { $set: { n: 2 } }, { session }), {
      name: 'MongoNetworkError',
    });
  });
});

it('settles a call that waits for a socket to take more when the socket goes', {
  timeout: 20_000,
}, async () => {
  const things = databases.views.collection('large');
  await things.insertOne({});
  if (mongo.pid() !== 0) await mongo.kill('SIGSTOP');
  const large = things.insertMany([{ text: 'x'.repeat(12_000_000) }]).then(
    () => 'done',
    () => 'failed',
  );
  await new Promise(setImmediate);
  for (const socket of sockets) socket.destroy();
  if (mongo.pid() !== 0) await mongo.kill('SIGCONT');
  assert.equal(await large, 'done', 'tried again by the driver');
});

it('takes a socket that its server has ended for the connection that is gone', {
  timeout: 20_000,
}, async () => {
  const { views, client } = databases;
  const things = views.collection<{ _id: number; n: number }>('ended');
  await things.insertOne({ _id: 1, n: 0 });
  /** Runs `call` right behind the end of what the server says, before anything else can notice it. */
  const atTheEnd = async <T>(call: () => Promise<T>): Promise<T> => {
    const ends = [...sockets]
      .filter(({ destroyed }) => !destroyed)
      .map((socket) => new Promise((resolve) => socket.once('end', resolve)));
    for (const socket of sockets) socket.push(null);
    await Promise.race(ends);
    return call();
  };
  await atTheEnd(() => things.updateOne({ _id: 1 }, { $set: { n: 1 } }));
  assert.equal((await things.findOne({ _id: 1 }))?.n, 1, 'tried again by the driver');
  await client.withSession(async (session) => {
    session.startTransaction();
    const update = () => things.updateOne({ _id: 1 }, { $set: { n: 2 } }, { session });
    await assert.rejects(atTheEnd(update), { name: 'MongoNetworkError' });
  });
});
