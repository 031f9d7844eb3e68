import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import { findMongo } from '../../src/adapters/services/mongo.ts';
import { startMongo, startNats, testFinding } from './servers.ts';

it('NATS keeps its messages over a restart', async () => {
  const nats = await startNats();
  after(nats.stop);
  const first = await connect({ servers: nats.url });
  await (await jetstreamManager(first)).streams.add({ name: 'T', subjects: ['t.>'], allow_atomic: true });
  await jetstream(first).publish('t.a', 'kept');
  await first.close();
  const pid = nats.pid();
  await nats.restart();
  assert.notEqual(nats.pid(), pid);
  const second = await connect({ servers: nats.url });
  const message = await (await jetstreamManager(second)).streams.getMessage('T', { last_by_subj: 't.a' });
  assert.equal(message?.string(), 'kept');
  await second.close();
});

// the Rust one comes with no package manager that this suite may use
const hasRust = await findMongo(testFinding, ['secantusd-rs']).then(
  () => true,
  () => false,
);

for (const engine of ['secantusd-rs', 'secantusdb'] as const)
  it(`${engine} does transactions and keeps documents over a restart`, {
    skip: engine === 'secantusd-rs' && !hasRust && 'not on PATH',
  }, async () => {
    const mongo = await startMongo({ engine });
    after(mongo.stop);
    const first = new MongoClient(mongo.url);
    await first.withSession((session) =>
      session.withTransaction(async () => {
        await first.db('t').collection('a').insertOne({ kept: true }, { session });
      }),
    );
    await first.close();
    await mongo.restart();
    const second = new MongoClient(mongo.url);
    assert.equal(await second.db('t').collection('a').countDocuments({ kept: true }), 1);
    await second.close();
  });
