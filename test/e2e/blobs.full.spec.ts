import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { MongoClient } from 'mongodb';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, messagesOf, pair, startWorld, type World } from '../support/world.ts';

let world: World;
let service: Service;
let client: MongoClient;
let own: PhoneHandle;
let anna: PhoneHandle;

before(async () => {
  world = await startWorld();
  client = await new MongoClient(world.mongo.url).connect();
  own = await world.sandbox.makePhone('4915100000001');
  anna = await world.sandbox.makePhone('4915100000002');
  service = await startService(world.env);
});
after(async () => {
  await service?.kill();
  await client?.close();
  await world?.close();
});

/** The most that a phone here sends at once, in characters of three bytes. */
const LONG = '€'.repeat(65_536);

it('quotes a message that was too large for the log', async () => {
  await pair(service, 'shop', own);
  const first = await anna.send(own.number, LONG);
  const second = await anna.send(own.number, LONG, { quoted: first });
  await waitFor(async () => (await messagesOf(service, 'shop', jidOf(anna))).length === 2, {
    what: 'both texts',
  });
  const body = { to: jidOf(anna), message: 'That is long', quotedMessageId: second };
  const answer = await service.send('POST', '/accounts/shop/message/reply', body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const [{ rawRef } = {}] = (await logged(world, 'message.received')).slice(-1);
  assert.ok(rawRef !== undefined, 'the second text has its raw among the blobs');
  const [request] = await logged(world, 'message.send_requested');
  assert.ok(request?.type === 'message.send_requested');
  assert.deepEqual(request.data.quotedKey?.rawRef, rawRef);
  const shown = await anna.waitForMessage(({ id }) => id === answer.body.messageId);
  assert.deepEqual(shown.quoted, { id: second, text: LONG });
});

it('leaves nothing of a deleted account in the databases but that it is deleted', async () => {
  assert.equal((await service.send('DELETE', '/accounts/shop')).status, 200);
  // one mark of every view that would take late facts of it for new ones
  const mark = { _id: 'shop', gen: 1, deleted: true };
  const marks = [JSON.stringify({ ...mark, messages: 0 }), ...Array(3).fill(JSON.stringify(mark))];
  const left = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const name of [world.env.DB_NAME, `${world.env.DB_NAME}_state`]) {
      const db = client.db(name);
      for (const { name: collection } of await db.listCollections().toArray()) {
        const documents = await db.collection(collection).find().toArray();
        const texts = [{ collection }, ...documents].map((each) => JSON.stringify(each));
        found.push(...texts.filter((text) => text.includes('shop')));
      }
    }
    return found.sort();
  };
  // nobody waits for the words of searches: they go a moment later
  const isAll = async () => (await left()).join() === marks.join();
  await waitFor(isAll, { what: 'nothing else left', ms: 5_000 }).catch(() => undefined);
  assert.deepEqual(await left(), marks);
});
