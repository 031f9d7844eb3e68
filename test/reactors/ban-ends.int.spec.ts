import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { accounts } from '../../src/commands/accounts.ts';
import { followStates } from '../../src/commands/states.ts';
import type { AccountEvent } from '../../src/events/accounts.ts';
import { watchBanEnds } from '../../src/reactors/ban-ends.ts';
import { waitFor } from '../support/wait.ts';
import { openWorld, silent, type World } from './support/world.ts';

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

it('connects an account once its ban is over, and only where nobody did anything with it since', async (t) => {
  for (const account of ['before', 'permanent', 'wished', 'during', 'long']) await create(account);
  await block('before', -60_000);
  await block('permanent');
  await block('wished', 300);
  await block('long', 60 * 24 * 3_600_000);
  await tell('wished', { type: 'account.connect_requested', data: {} });
  const ending = new AbortController();
  t.after(() => ending.abort());
  const connected: string[] = [];
  const states = await followStates(world.log, accounts, ending.signal);
  const stop = await watchBanEnds({
    log: world.log,
    accounts: states,
    connect: async (account) => connected.push(account),
    now: () => new Date(),
    logger: silent,
  });
  await waitFor(() => connected.length > 0, { what: 'end of a ban of before the start' });
  await block('during', 300);
  await waitFor(() => connected.includes('during'), { what: 'end of a ban' });
  assert.deepEqual(connected, ['before', 'during']);
  stop();
});
