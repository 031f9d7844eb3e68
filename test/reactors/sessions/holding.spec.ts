import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AccountState, LiveAccount } from '../../../src/events/account-state.ts';
import type { Ownership } from '../../../src/ports/whatsapp.ts';
import { letGo, takeOver } from '../../../src/reactors/sessions/holding.ts';
import { silentLog } from '../../support/silent-log.ts';

const connected: LiveAccount = {
  ...{ status: 'connected', gen: 2, name: '', collectionName: 'auth_shop', createdAt: '', updatedAt: '' },
  ...{ wanted: true, paired: true, leaving: false, epoch: 7, me: null, reason: null },
};

/** Takes the account over under epoch 8 (null: another node has it); `acts` tells what was done, in order. */
const take = async (account: LiveAccount, epoch: number | null = 8, now: AccountState = account) => {
  const acts: string[] = [];
  const owners: Ownership[] = [];
  const holding = await takeOver(
    {
      log: {
        append: async ({ type, data }) => {
          acts.push(`${type} ${'reason' in data ? data.reason : ''}`);
          return { seq: 1, duplicate: false };
        },
      },
      accounts: {
        current: () => ({ state: now }),
        folded: async () => undefined,
        all: () => new Map(),
        isFollowed: () => true,
        subscribe: () => () => undefined,
      },
      leases: {
        acquire: async () =>
          epoch === null
            ? null
            : {
                epoch,
                isValid: () => true,
                onLost: () => undefined,
                release: async () => void acts.push('free'),
              },
        holder: async () => null,
      },
      startSender: (owner) => {
        owners.push(owner);
        return {
          ...{ connected: () => undefined, caughtUp: () => undefined, disconnected: () => undefined },
          ...{ settle: async () => undefined, abandon: async () => undefined },
          stop: async () => void acts.push('sender stopped'),
          status: () => ({ open: 0, failure: null }),
        };
      },
      now: () => new Date(0),
      logger: silentLog,
    },
    'shop',
    account,
  );
  await holding?.facts.flush();
  return { acts, owners, holding };
};

it('says first that a former owner was lost, where the log calls the account connected under its lease', async () => {
  const { acts, owners } = await take(connected);
  assert.deepEqual(acts, ['account.disconnected owner_lost']);
  assert.deepEqual(
    owners.map(({ account, gen, epoch, collectionName }) => [account, gen, epoch, collectionName]),
    [['shop', 2, 8, 'auth_shop']],
  );
});

it('says nothing where nobody was lost, or the account lives no more', async () => {
  assert.deepEqual((await take({ ...connected, status: 'reconnecting' })).acts, []);
  assert.deepEqual((await take(connected, 7)).acts, []);
  assert.deepEqual((await take(connected, 8, { status: 'absent', gen: 2 })).acts, []);
  assert.deepEqual((await take(connected, 8, { ...connected, gen: 3 })).acts, []);
});

it('starts nothing while another node has it', async () => {
  const { holding, owners } = await take(connected, null);
  assert.deepEqual([holding, owners], [null, []]);
});

it('is given back once its sends have stopped', async () => {
  const { acts, holding } = await take({ ...connected, status: 'reconnecting' });
  await letGo(holding ?? assert.fail());
  assert.deepEqual(acts, ['sender stopped', 'free']);
});
