import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { MongoClient } from 'mongodb';
import { createPositions } from '../../../src/adapters/mongo/positions.ts';
import type { Positions } from '../../../src/ports/positions.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

const stream = '2026-01-02T03:04:05.000Z';
let server: TestServer;
let client: MongoClient;
let positions: Positions;

before(async () => {
  server = await startMongo();
  client = await MongoClient.connect(server.url);
  positions = createPositions(client.db('positions_spec_state'));
});
after(async () => {
  await client.close();
  await server.stop();
});

it('keeps a position until it is erased', async () => {
  assert.equal(await positions.find('a'), null);
  assert.equal(await positions.move('a', null, { seq: 3, stream }), true);
  assert.equal(await positions.move('a', { seq: 3, stream }, { seq: 7, stream }), true);
  assert.deepEqual(await positions.find('a'), { seq: 7, stream });
  await positions.erase('a');
  await positions.erase('a');
  assert.equal(await positions.find('a'), null);
});

it('refuses to move it from where it does not stand', async () => {
  assert.equal(await positions.move('b', { seq: 1, stream }, { seq: 2, stream }), false);
  assert.equal(await positions.move('b', null, { seq: 1, stream }), true);
  assert.equal(await positions.move('b', null, { seq: 9, stream }), false);
  assert.equal(await positions.move('b', { seq: 1, stream: 'another' }, { seq: 9, stream }), false);
  assert.deepEqual(await positions.find('b'), { seq: 1, stream });
});

it('lets one of two that move it win', async () => {
  await positions.move('c', null, { seq: 1, stream });
  const race = [2, 3, 4, 5].map((seq) => positions.move('c', { seq: 1, stream }, { seq, stream }));
  assert.deepEqual((await Promise.all(race)).filter(Boolean).length, 1);
});
