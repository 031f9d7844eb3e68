import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { waitFor } from '../support/wait.ts';
import { factsOf, lastOf, pairAccount, untilStatus } from './support/accounts.ts';
import { openScene } from './support/scene.ts';

const NUMBER = '4915100000001';
const { world, sandbox, start, close } = await openScene();
after(close);
const node = await start();
let phone: PhoneHandle;

const server = () => sandbox.control.account(NUMBER);
const companion = async () => (await phone.show()).companions[0];
const isOffline = async () => (await companion())?.connected === false;
const wish = (type: 'connect' | 'disconnect' | 'logout' | 'delete') => node.wish('shop', { type });

it('pairs by QR, restarts as WhatsApp asks, and is connected; the code is in no event', async () => {
  phone = await pairAccount(node, sandbox, 'shop', NUMBER);
  const facts = ['created', 'qr_issued', 'paired', 'restarting', 'profile_changed', 'connected'];
  assert.deepEqual(await factsOf(world, 'shop'), facts);
  assert.equal(await node.qrCodes.find('shop'), null);
  assert.doesNotMatch(JSON.stringify(await world.events('shop')), /"2@/);
  const { data } = await world.event('shop', 'account.connected');
  assert.equal(data.me, `${NUMBER}@s.whatsapp.net`);
});

it('comes back after a drop, having said when it would try', async () => {
  const before = await lastOf(world, 'shop', 'account.connected');
  await server().trouble({ kind: 'drop' });
  const { data, occurredAt } = await world.event('shop', 'account.disconnected', before);
  assert.equal(data.code, 428);
  assert.ok(Date.parse(data.retryAt ?? '') - Date.parse(occurredAt) <= 1_000);
  await world.event('shop', 'account.connected', before);
});

it('closes the socket when a disconnect is wished, and keeps the device linked', async () => {
  const before = await lastOf(world, 'shop', 'account.connected');
  await wish('disconnect');
  const { data } = await world.event('shop', 'account.disconnected', before);
  assert.deepEqual(data, { code: null, reason: 'disconnect_requested', retryAt: null });
  assert.equal(node.accounts.current('shop').state.status, 'disconnected');
  await waitFor(isOffline, { what: 'closed socket' });
});

it('connects again, and survives a disconnect and a connect in one breath', async () => {
  await wish('connect');
  await untilStatus(node, 'shop', 'connected');
  const before = await lastOf(world, 'shop', 'account.connected');
  // so that the old socket is still closing when the connect is wished
  await server().trouble({ kind: 'stall', ms: 1_000 });
  await wish('disconnect');
  await wish('connect');
  await world.event('shop', 'account.connected', before);
  await waitFor(async () => (await companion())?.live, { what: 'live companion' });
  const facts = ['disconnect_requested', 'connect_requested', 'disconnected', 'connected'];
  assert.deepEqual(await factsOf(world, 'shop', before), facts);
});

it('lets a disconnect win over an opening', async () => {
  await wish('disconnect');
  await waitFor(isOffline, { what: 'closed socket' });
  await wish('connect');
  await wish('disconnect');
  await waitFor(() => node.sessions.status().get('shop')?.state === 'idle', { what: 'idle account' });
  assert.equal(node.accounts.current('shop').state.status, 'disconnected');
  assert.equal(await isOffline(), true);
});

it('leaves the field to another socket with its keys', async () => {
  await wish('connect');
  await untilStatus(node, 'shop', 'connected');
  const before = await lastOf(world, 'shop', 'account.connected');
  await server().trouble({ kind: 'close', code: 440 });
  await world.event('shop', 'account.replaced', before);
  await untilStatus(node, 'shop', 'disconnected');
  await waitFor(() => node.sessions.status().get('shop')?.state === 'idle', { what: 'idle account' });
  assert.deepEqual(await factsOf(world, 'shop', before), ['replaced']);
});

it('is logged out by the phone: keys are gone, and a connect shows a new code', async () => {
  await wish('connect');
  await untilStatus(node, 'shop', 'connected');
  await phone.unlink((await companion())?.device ?? 0);
  await untilStatus(node, 'shop', 'logged_out');
  assert.equal(await world.state.collection('auth_shop').countDocuments(), 0);
  await wish('connect');
  const { qr } = await waitFor(() => node.qrCodes.find('shop'), { what: 'new QR code' });
  await phone.scan(qr);
  await untilStatus(node, 'shop', 'connected');
});

it('logs out when that is wished: the phone lists no device any more', async () => {
  const before = await lastOf(world, 'shop', 'account.connected');
  await wish('logout');
  const { data } = await world.event('shop', 'account.logged_out', before);
  assert.deepEqual(data, { code: null, reason: 'logout_requested' });
  assert.deepEqual((await phone.show()).companions, []);
  assert.equal(await world.state.collection('auth_shop').countDocuments(), 0);
});

it('shows a new code after a logout during which a connect was wished', async () => {
  phone = await pairAccount(node, sandbox, 'turn', '4915100000004');
  const before = await lastOf(world, 'turn', 'account.connected');
  await node.wish('turn', { type: 'logout' });
  await node.wish('turn', { type: 'connect' });
  const { seq } = await world.event('turn', 'account.logged_out', before);
  assert.deepEqual((await phone.show()).companions, []);
  const { qr } = await waitFor(() => node.qrCodes.find('turn'), { what: 'new QR code' });
  await phone.scan(qr);
  await untilStatus(node, 'turn', 'connected');
  const facts = ['qr_issued', 'paired', 'restarting', 'profile_changed', 'connected'];
  assert.deepEqual(await factsOf(world, 'turn', seq), facts);
  await node.wish('turn', { type: 'logout' });
  await untilStatus(node, 'turn', 'logged_out');
  assert.deepEqual((await phone.show()).companions, [], 'and the next logout unlinks, too');
});

it('opens a socket to log out of a disconnected account', async () => {
  const other = await pairAccount(node, sandbox, 'away', '4915100000002');
  await node.wish('away', { type: 'disconnect' });
  await waitFor(() => node.sessions.status().get('away')?.state === 'idle', { what: 'idle account' });
  await node.wish('away', { type: 'logout' });
  await untilStatus(node, 'away', 'logged_out');
  assert.deepEqual((await other.show()).companions, []);
});

it('deletes: unlinks, erases keys and log, and the name can be used again', async () => {
  const other = await pairAccount(node, sandbox, 'brief', '4915100000003');
  await node.wish('brief', { type: 'delete' });
  await untilStatus(node, 'brief', 'absent');
  assert.deepEqual((await other.show()).companions, []);
  assert.equal(await world.state.collection('auth_brief').countDocuments(), 0);
  assert.deepEqual(await factsOf(world, 'brief'), ['deleted', 'erased']);
  await node.wish('brief', { type: 'create', name: 'again', collectionName: 'auth_brief' });
  await waitFor(() => node.qrCodes.find('brief'), { what: 'QR code of the next life' });
  assert.equal(node.accounts.current('brief').state.gen, 2);
});
