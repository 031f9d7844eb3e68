import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { MongoClient } from 'mongodb';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { accountsProjection } from '../../src/projections/accounts.ts';
import { asView, buildOf } from '../../src/projections/projection.ts';
import { type Service, startService } from '../support/service.ts';
import { runVerb } from '../support/verbs.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld, type World } from '../support/world.ts';

let world: World;
let service: Service;
let client: MongoClient;
let own: PhoneHandle;
let anna: PhoneHandle;

before(async () => {
  world = await startWorld({ durable: true });
  client = await new MongoClient(world.mongo.url).connect();
  own = await world.sandbox.makePhone('4915100000001');
  anna = await world.sandbox.makePhone('4915100000002', { deliverAfter: 0, readAfter: 0 });
  service = await startService(world.env);
});
after(async () => {
  await service?.kill();
  await client?.close();
  await world?.close();
});

const ACCOUNTS = buildOf(asView(accountsProjection)).id;
const views = () => client.db(world.env.DB_NAME);

/** What says where a runner is, not what is true. */
const OF_RUNNERS = new Set(['checkpoints', 'runners', 'views']);

/** Every document of every view. */
const contents = async (): Promise<Record<string, unknown[]>> => {
  const names = (await views().listCollections().toArray()).map(({ name }) => name);
  const kept = names.filter((name) => !OF_RUNNERS.has(name)).sort();
  const documents = kept.map(async (name) => [
    name,
    await views().collection(name).find().sort({ _id: 1 }).toArray(),
  ]);
  return Object.fromEntries(await Promise.all(documents));
};

it('brings every view back from the log, equal to what it was', async () => {
  await pair(service, 'shop', own);
  await pair(service, 'gone', await world.sandbox.makePhone('4915100000003'));
  for (let n = 1; n <= 20; n++) await anna.send(own.number, `message ${n}`);
  for (let n = 1; n <= 5; n++)
    await service.send('POST', '/accounts/shop/message/send', { to: jidOf(anna), message: `answer ${n}` });
  const removed = await service.send('DELETE', '/accounts/gone');
  assert.equal(removed.status, 200, JSON.stringify(removed.body));
  await waitFor(
    async () => {
      const messages = await messagesOf(service, 'shop', jidOf(anna));
      return messages.length === 25 && messages.filter(({ status }) => status === 'read').length === 5;
    },
    { what: 'all messages, all read' },
  );
  assert.equal(await service.stop(), 0);
  const before = await contents();
  assert.ok(Object.values(before).flat().length >= 27, 'there is something to compare');

  await views().dropDatabase();
  service = await startService(world.env);
  await waitFor(async () => (await service.get('/ready')).status === 200, { what: 'readiness' });
  assert.equal((await messagesOf(service, 'shop', jidOf(anna))).length, 25);
  assert.equal(await service.stop(), 0);
  const { [ACCOUNTS]: accountsBefore, ...rest } = before;
  const { [ACCOUNTS]: accountsAfter, ...restAfter } = await contents();
  assert.deepEqual(restAfter, rest);
  // the restart itself added facts to the account: its connection, and its end
  const still = (accounts: unknown[] | undefined) =>
    (accounts as Record<string, unknown>[]).map(({ updatedAt: _, epoch: __, ...account }) => account);
  assert.deepEqual(still(accountsAfter), still(accountsBefore));
});

it('builds views anew on a word of the command line, while it serves', async () => {
  service = await startService(world.env);
  await waitFor(async () => (await service.get('/ready')).status === 200, { what: 'readiness' });
  const none = await runVerb(['rebuild', 'messages', 'nothing'], world.env);
  assert.equal(none.code, 1, none.output);
  assert.match(none.output, /View not found: there are accounts, messages/);
  const done = await runVerb(['rebuild', 'messages', 'texts'], world.env);
  assert.equal(done.code, 0, done.output);
  assert.match(done.output, /messages: done, 100 %; texts: done, 100 %/);
  const { body } = await service.get('/admin/views/messages/rebuilds');
  const [first] = body.rebuilds as readonly Record<string, unknown>[];
  assert.deepEqual([first?.state, first?.purpose], ['done', 'swap']);
  assert.equal((await messagesOf(service, 'shop', jidOf(anna))).length, 25);
});
