import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { createViewStore } from '../../src/adapters/mongo/view-store.ts';
import { createViewAdmin } from '../../src/compose/view-admin.ts';
import { VIEWS } from '../../src/projections/all.ts';
import * as make from '../support/events.ts';
import { openLog, silentLog } from '../support/log.ts';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import { caughtUp, connectWorld, sampleDay, startRunner, type World } from '../support/views.ts';
import { waitFor } from '../support/wait.ts';

let nats: TestServer;
let mongod: TestServer;
let world: World;
before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
  world = await connectWorld(nats.url, mongod.url, `purged_${process.pid}`);
});
after(async () => {
  await world.end();
  await Promise.all([nats.stop(), mongod.stop()]);
});

it('a view that a purge takes nothing from is built anew from what is left, though nothing comes after it', async () => {
  const runner = startRunner(world);
  const opened = await openLog(nats.url);
  try {
    const store = createViewStore({ client: world.mongo.client, db: world.mongo.views });
    const admin = createViewAdmin({ log: world.log, store, runner, now: () => new Date() }, VIEWS);
    await world.append(make.created(), ...sampleDay(50, 'shop'));
    await caughtUp(runner, await world.append(make.received('LAST')));
    const { lastSeq } = await world.log.state();
    const aggregates = ['message', 'chat', 'identity', 'contact', 'group', 'poll', 'media', 'call', 'label'];
    await (await createRawLog(opened.nc, silentLog)).purge(lastSeq, aggregates);
    const { build } = await admin.begin('accounts', 'swap', {});
    const done = await waitFor(
      async () => {
        const found = await admin.rebuild('accounts', build);
        return found.state === 'done' ? found : null;
      },
      { what: 'the view built anew' },
    );
    assert.equal(done.position, lastSeq);
  } finally {
    await runner.stop();
    await opened.close();
  }
});
