import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { waitFor } from '../support/wait.ts';
import { factsOf, lastOf, pairAccount, untilStatus } from './support/accounts.ts';
import { openScene } from './support/scene.ts';

const NUMBER = '4915100000001';
const { world, sandbox, start, close } = await openScene();
after(close);
const node = await start();

it('forgets the keys after 15 s where WhatsApp can not be told, and says so', async () => {
  const phone = await pairAccount(node, sandbox, 'shop', NUMBER);
  await node.wish('shop', { type: 'disconnect' });
  await waitFor(() => node.sessions.status().get('shop')?.state === 'idle', { what: 'idle account' });
  const before = await lastOf(world, 'shop', 'account.connected');
  await sandbox.control.account(NUMBER).trouble({ kind: 'refuse-login', code: 503, count: 1_000 });
  const begun = performance.now();
  await node.wish('shop', { type: 'logout' });
  await untilStatus(node, 'shop', 'logged_out', 25_000);
  assert.ok(performance.now() - begun > 14_000);
  const { data } = await world.event('shop', 'account.logged_out', before);
  assert.match(data.reason ?? '', /the phone may still list this device/);
  assert.equal(await world.state.collection('auth_shop').countDocuments(), 0);
  assert.equal((await phone.show()).companions.length, 1);
  const since = (await factsOf(world, 'shop', before)).filter((fact) => fact !== 'disconnected');
  assert.deepEqual(since, ['disconnect_requested', 'logout_requested', 'logged_out']);
});
