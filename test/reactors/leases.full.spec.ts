import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { Kvm } from '@nats-io/kv';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { waitFor } from '../support/wait.ts';
import { factsOf, lastOf, pairAccount, untilStatus } from './support/accounts.ts';
import type { Node } from './support/node.ts';
import { openScene } from './support/scene.ts';

const { world, sandbox, start, close } = await openScene();
after(close);
const nodes = new Map<string, Node>();
for (const name of ['one', 'two']) nodes.set(name, await start({ name }));
let phone: PhoneHandle;

const node = (name: string): Node => nodes.get(name) ?? assert.fail(`no node ${name}`);
const stateOn = (name: string) => node(name).sessions.status().get('shop')?.state;
const owners = () => [...nodes.keys()].filter((name) => stateOn(name) === 'open');
const connections = () => sandbox.sandbox.world.connections.size;

it('opens one socket for an account that two nodes look after', async () => {
  phone = await pairAccount(node('one'), sandbox, 'shop', '4915100000001');
  assert.equal(owners().length, 1);
  const [other] = [...nodes.keys()].filter((name) => stateOn(name) !== 'open');
  assert.equal(stateOn(other ?? ''), 'waiting');
  assert.equal(connections(), 1);
});

it('takes the account over when its owner ends, without a new code', async () => {
  const [owner = ''] = owners();
  const before = await lastOf(world, 'shop', 'account.connected');
  const { epoch } = await world.event('shop', 'account.connected');
  await node(owner).stop();
  nodes.delete(owner);
  const again = await world.event('shop', 'account.connected', before);
  assert.deepEqual(await factsOf(world, 'shop', before), ['disconnected', 'connected']);
  const { data } = await world.event('shop', 'account.disconnected', before);
  assert.deepEqual(data, { code: null, reason: 'shutdown', retryAt: null });
  assert.ok((again.epoch ?? 0) > (epoch ?? 0));
  assert.equal(connections(), 1);
});

it('closes the socket at once when its lease is lost, says nothing, and puts that right when it has it again', async () => {
  const [owner = ''] = owners();
  const before = await lastOf(world, 'shop', 'account.connected');
  const leases = await new Kvm(node(owner).nc).open('WILDCAT_LEASES');
  await leases.put('shop', JSON.stringify({ node: 'intruder', id: 'x' }));
  await waitFor(() => stateOn(owner) === 'waiting' && connections() === 0, { what: 'closed socket' });
  assert.deepEqual(await factsOf(world, 'shop', before), []);
  await world.event('shop', 'account.connected', before);
  const { data } = await world.event('shop', 'account.disconnected', before);
  assert.equal(data.reason, 'owner_lost');
  assert.deepEqual(await factsOf(world, 'shop', before), ['disconnected', 'connected']);
  await waitFor(async () => (await phone.show()).companions[0]?.live, { what: 'live companion' });
});

it('starts again without a code, and not at all where nobody wants it to', async () => {
  const [owner = ''] = owners();
  await node(owner).stop();
  nodes.delete(owner);
  const idle = await start({ name: 'three', autoConnect: false });
  nodes.set('three', idle);
  await idle.log.state();
  assert.equal(stateOn('three'), 'idle');
  await idle.wish('shop', { type: 'disconnect' });
  await idle.wish('shop', { type: 'connect' });
  await untilStatus(idle, 'shop', 'connected');
  assert.equal((await factsOf(world, 'shop')).filter((fact) => fact === 'qr_issued').length, 1);
});
