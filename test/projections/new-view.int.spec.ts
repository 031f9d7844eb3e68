import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import { asView, type Projection } from '../../src/projections/projection.ts';
import * as make from '../support/events.ts';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import { caughtUp, connectWorld, startRunner, type World } from '../support/views.ts';

// The worked example of docs/new-view.md.
type Hours = { hours: Readonly<{ _id: string; messages: number; own?: number }> };
type Message = Recorded<Extract<WildcatEvent, { type: 'message.received' | 'message.send_requested' }>>;

const isReceived = (event: Recorded<WildcatEvent>): event is Message => event.type === 'message.received';
const isMessage = (event: Recorded<WildcatEvent>): event is Message =>
  event.type === 'message.send_requested' || isReceived(event);
const idOf = ({ account, data }: Message): string =>
  `${account}/${new Date(data.timestamp * 1_000).getUTCHours()}`;

const hoursProjection: Projection<Hours> = {
  name: 'hours',
  version: 1,
  aggregates: ['message'],
  collections: { hours: [] },
  touches: (event) => (isReceived(event) ? [{ collection: 'hours', id: idOf(event) }] : []),
  evolve: (docs, event) => {
    if (!isReceived(event)) return [];
    const _id = idOf(event);
    return [{ collection: 'hours', doc: { _id, messages: (docs('hours', _id)?.messages ?? 0) + 1 } }];
  },
};

/** The same with a new field: how many were sent from here. */
const withOwn: Projection<Hours> = {
  ...hoursProjection,
  version: 2,
  touches: (event) => (isMessage(event) ? [{ collection: 'hours', id: idOf(event) }] : []),
  evolve: (docs, event) => {
    if (!isMessage(event)) return [];
    const _id = idOf(event);
    const { messages = 0, own = 0 } = docs('hours', _id) ?? {};
    const isOwn = !isReceived(event);
    return [{ collection: 'hours', doc: { _id, messages: messages + 1, own: own + (isOwn ? 1 : 0) } }];
  },
};

let nats: TestServer;
let mongod: TestServer;
let world: World;
before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
  world = await connectWorld(nats.url, mongod.url, `new_view_${process.pid}`);
});
after(async () => {
  await world?.end();
  await Promise.all([nats?.stop(), mongod?.stop()]);
});

const builtBy = async (projection: Projection<Hours>, seq: number): Promise<unknown[]> => {
  const runner = startRunner(world, { views: [asView(projection)] });
  await caughtUp(runner, seq);
  await runner.stop();
  const names = world.mongo.views.collection<{ _id: string; collections: Record<string, string> }>('views');
  const { collections } = (await names.findOne({ _id: 'hours' })) ?? {};
  return world.mongo.views
    .collection(collections?.hours ?? '')
    .find()
    .sort({ _id: 1 })
    .toArray();
};

it('a new view, and a new field of it, are built from the events that are there', async () => {
  const noon = make.NOW - (make.NOW % 86_400) + 12 * 3_600;
  const seq = await world.append(
    make.received('A', { timestamp: noon }),
    make.received('B', { timestamp: noon + 60 }),
    make.received('C', { timestamp: noon + 3_600 }),
    make.sendRequested('S', { timestamp: noon + 3_700 }),
  );
  assert.deepEqual(await builtBy(hoursProjection, seq), [
    { _id: 'shop/12', messages: 2 },
    { _id: 'shop/13', messages: 1 },
  ]);
  assert.deepEqual(await builtBy(withOwn, seq), [
    { _id: 'shop/12', messages: 2, own: 0 },
    { _id: 'shop/13', messages: 2, own: 1 },
  ]);
});
