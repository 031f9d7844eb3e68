import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, it } from 'node:test';
import { MongoClient } from 'mongodb';
import { createOutbox } from '../../../src/adapters/mongo/outbox.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

let server: TestServer;
let client: MongoClient;

before(async () => {
  server = await startMongo({ durable: true });
  client = await MongoClient.connect(server.url, { monitorCommands: true });
});
after(async () => {
  await client.close();
  await server.stop();
});

it('keeps a send whose write a dying server broke off', async () => {
  const outbox = await createOutbox(client.db('outbox_spec'), () => new Date());
  // more than the wire holds, so that the write is cut in the middle
  const send = { waId: 'W1', to: '1@s.whatsapp.net', message: Buffer.alloc(10_000_000), attributes: {} };
  await server.kill('SIGSTOP');
  const begun = once(client, 'commandStarted');
  const kept = outbox.put('shop', send);
  await begun;
  await server.kill('SIGKILL');
  await server.restart();
  await kept;
  assert.equal((await outbox.find('shop', 'W1'))?.message.length, send.message.length);
});
