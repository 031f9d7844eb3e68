import assert from 'node:assert/strict';
import { after, before, it, type TestContext } from 'node:test';
import { accounts } from '../../../src/commands/accounts.ts';
import { commandHandler } from '../../../src/commands/handle.ts';
import { followStates } from '../../../src/commands/states.ts';
import type { AccountEvent } from '../../../src/events/accounts.ts';
import { watchBanEnds } from '../../../src/reactors/sessions/ban-ends.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const tell = (account: string, event: AccountEvent) =>
  world.log.append({ ...event, account, gen: 1, occurredAt: new Date().toISOString() });
const create = (account: string) =>
  tell(account, { type: 'account.created', data: { name: '', collectionName: `auth_${account}` } });
const block = (account: string, ms?: number) => {
  const until = ms === undefined ? undefined : new Date(Date.now() + ms).toISOString();
  return tell(account, { type: 'account.blocked', data: { code: 402, until } });
};

const now = () => new Date();
/** Watches until the test ends; `connect` is told of each account whose ban is over. */
const watch = async (t: TestContext, connect: (account: string) => Promise<unknown>) => {
  const ending = new AbortController();
  t.after(() => ending.abort());
  const states = await followStates(world.log, accounts, ending.signal);
  t.after(await watchBanEnds({ log: world.log, accounts: states, connect, now, logger: silentLog }));
  return states;
};

it('connects an account once its ban is over, and only where nobody did anything with it since', async (t) => {
  for (const account of ['before', 'permanent', 'wished', 'during', 'long']) await create(account);
  await block('before', -60_000);
  await block('permanent');
  await block('wished', 300);
  await block('long', 60 * 24 * 3_600_000);
  await tell('wished', { type: 'account.connect_requested', data: {} });
  const connected: string[] = [];
  await watch(t, async (account) => connected.push(account));
  await waitFor(() => connected.length > 0, { what: 'end of a ban of before the start' });
  await block('during', 300);
  await waitFor(() => connected.includes('during'), { what: 'end of a ban' });
  assert.deepEqual(connected, ['before', 'during']);
});

it('leaves an account alone that was disconnected while it was banned', async (t) => {
  for (const account of ['unwanted', 'wanted']) await create(account);
  const connected: string[] = [];
  const states = await watch(t, async (account) => connected.push(account));
  await block('unwanted', 1_500);
  await block('wanted', 1_600);
  const command = commandHandler({ log: world.log, states, now }, accounts);
  await command('unwanted', { type: 'disconnect' }, { actor: { kind: 'api' } });
  await waitFor(() => connected.includes('wanted'), { what: 'end of the later ban' });
  assert.ok(!connected.includes('unwanted'));
});

it('tries again where the log is away when a ban ends', async (t) => {
  await create('patient');
  let tries = 0;
  await watch(t, async (account) => {
    if (account !== 'patient') return;
    tries += 1;
    if (tries === 1) throw new Error('The log did not answer within 30 s');
  });
  await block('patient', 100);
  await waitFor(() => tries === 2, { what: 'another try' });
});
