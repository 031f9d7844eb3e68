import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { createViewStore } from '../../src/adapters/mongo/view-store.ts';
import type { Manifest } from '../../src/archive/manifest.ts';
import { purgeLog } from '../../src/archive/purge.ts';
import { readersOf } from '../../src/compose/readers.ts';
import { createViewAdmin } from '../../src/compose/view-admin.ts';
import { VIEWS } from '../../src/projections/all.ts';
import { fileBlobs } from '../support/blobs.ts';
import * as make from '../support/events.ts';
import { openLog } from '../support/log.ts';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import { silentLog } from '../support/silent-log.ts';
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

it('a view that has not come to the end goes on after a purge, also where what it has to read yet is kept', async () => {
  const first = startRunner(world);
  await caughtUp(first, await world.append(make.received('BEFORE')));
  await first.stop();
  const upto = await world.append({ ...make.created(), account: 'other' });
  const opened = await openLog(nats.url);
  const log = await createRawLog(opened.nc, silentLog);
  const { created, purgedUpto } = await log.state();
  const stretch = { account: null, from: purgedUpto + 1, to: upto, messages: 2, missingBlobs: 0 };
  const segment = { file: '', sha256: '', bytes: 1, messages: 2, first: upto - 1, last: upto };
  const manifest: Manifest = {
    ...stretch,
    ...{ format: 'wildcat-archive', version: 1, exportedAt: '', stream: { name: 'WILDCAT', created } },
    segments: [segment],
  };
  const purge = async (): Promise<string> => {
    const now = () => new Date();
    const readers = await readersOf({ log, databases: world.mongo, blobs: fileBlobs('.'), now });
    return purgeLog(log, upto, manifest, readers).then(
      () => 'purged',
      (error: unknown) => String(error),
    );
  };
  const early = await purge();
  const second = startRunner(world);
  try {
    await waitFor(
      async () => {
        const status = await second.status();
        return status.every(({ position, stop }) => position === upto || stop !== null);
      },
      { what: 'views at the end, or stopped' },
    );
    assert.deepEqual(
      (await second.status()).flatMap(({ stop }) => stop ?? []),
      [],
    );
    assert.match(early, /Nothing was purged: view \w+ stands at/);
    assert.equal(await purge(), 'purged');
  } finally {
    await second.stop();
    await opened.close();
  }
});
