import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { waitFor } from '../../support/wait.ts';
import { lastOf, pairAccount, untilStatus } from '../support/accounts.ts';
import { openScene } from '../support/scene.ts';

const { world, sandbox, start, close } = await openScene();
after(close);
let node = await start();

const typesOf = async (account: string) => (await world.events(account)).map(({ type }) => type);

it('leaves nothing of a deleted account in the log, with what came in while it was unlinked', async () => {
  const phone = await pairAccount(node, sandbox, 'busy', '4915100000011');
  const burst = sandbox.control.burst({ to: phone.number, from: 3, count: 300, rate: 300 });
  const received = async () => (await typesOf('busy')).filter((type) => type === 'message.received').length;
  await waitFor(async () => (await received()) > 20, { what: 'messages' });
  await node.wish('busy', { type: 'delete' });
  await untilStatus(node, 'busy', 'absent');
  // it ends with the device it was for
  await burst.catch(() => undefined);
  assert.deepEqual(await typesOf('busy'), ['account.deleted', 'account.erased']);
});

for (const [wished, account, number, end] of [
  ['delete', 'slow', '4915100000012', 'absent'],
  ['logout', 'slower', '4915100000013', 'logged_out'],
] as const)
  it(`does not wait a backoff out before a ${wished}, and unlinks the device`, async () => {
    const phone = await pairAccount(node, sandbox, account, number);
    const before = await lastOf(world, account, 'account.connected');
    await sandbox.control.account(number).trouble({ kind: 'refuse-login', code: 503, count: 1 });
    await sandbox.control.account(number).trouble({ kind: 'drop' });
    const isRefused = async () =>
      (await world.events(account)).some(
        (event) => event.seq > before && event.type === 'account.disconnected' && event.data.code === 503,
      );
    await waitFor(isRefused, { what: 'refusal, which asks for 30 s at least' });
    await node.wish(account, { type: wished });
    await untilStatus(node, account, end, 15_000);
    assert.deepEqual((await phone.show()).companions, []);
  });

it('does not call a device unlinked where WhatsApp does not answer, and asks once more', async () => {
  const phone = await pairAccount(node, sandbox, 'mute', '4915100000014');
  const before = await lastOf(world, 'mute', 'account.connected');
  // longer than an answer is waited for, shorter than an unlinking may take
  await sandbox.control.account(phone.number).trouble({ kind: 'stall', ms: 7_000 });
  await node.wish('mute', { type: 'logout' });
  const { data } = await world.event('mute', 'account.logged_out', before);
  assert.deepEqual([data.reason, (await phone.show()).companions], ['logout_requested', []]);
});

it('logs an account out whose keys a killed process had forgotten, but not told the log of', async () => {
  await pairAccount(node, sandbox, 'gone', '4915100000015');
  await node.stop();
  await world.state.collection('auth_gone').drop();
  const before = await lastOf(world, 'gone', 'account.disconnected');
  node = await start();
  const { data } = await world.event('gone', 'account.logged_out', before);
  assert.deepEqual(data, { code: 401, reason: 'its keys are gone' });
  await waitFor(() => node.sessions.status().get('gone')?.state === 'idle', { what: 'idle account' });
  assert.equal(await node.qrCodes.find('gone'), null);
  assert.equal(await world.state.collection('auth_gone').countDocuments(), 0);
  await node.wish('gone', { type: 'connect' });
  await waitFor(() => node.qrCodes.find('gone'), { what: 'new QR code' });
});
