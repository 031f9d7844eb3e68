import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AccountEvent } from '../../../src/events/accounts.ts';
import { createFactQueue } from '../../../src/reactors/sessions/fact-queue.ts';
import { silentLog } from '../../support/silent-log.ts';

const connected: AccountEvent = { type: 'account.connected', data: { me: '4915@s.whatsapp.net' } };
const replaced: AccountEvent = { type: 'account.replaced', data: { code: 440 } };

/** An owner's facts, and what the log got of them; `mood` is what may change meanwhile. */
const owner = () => {
  const mood = { isValid: true, isAlive: true, isLogAway: false };
  const told: string[] = [];
  const facts = createFactQueue(
    {
      log: {
        append: async ({ type, epoch }, key) => {
          told.push(`${type} ${epoch} ${key}`);
          if (mood.isLogAway) throw new Error('away');
          return { seq: told.length, duplicate: false };
        },
      },
      now: () => new Date(0),
      logger: silentLog,
      folded: async (seq) => void told.push(`folded ${seq}`),
      isAlive: () => mood.isAlive,
    },
    { account: 'shop', gen: 1, epoch: 7, collectionName: 'auth_shop', isValid: () => mood.isValid },
  );
  return { facts, mood, told };
};

it('tells facts in order, each once this process has folded the one before', async () => {
  const { facts, told } = owner();
  facts.add(connected);
  facts.add(replaced);
  await facts.flush();
  await facts.flush();
  assert.deepEqual(told, [
    ...['account.connected 7 conn/7/1', 'folded 1'],
    ...['account.replaced 7 conn/7/2', 'folded 3'],
  ]);
});

it('tells what was not appended once more, first and under its key', async () => {
  const { facts, mood, told } = owner();
  mood.isLogAway = true;
  facts.add(connected);
  await assert.rejects(facts.flush());
  facts.add(replaced);
  mood.isLogAway = false;
  await facts.flush();
  assert.deepEqual(
    told.filter((line) => line.startsWith('account')),
    ['account.connected 7 conn/7/1', 'account.connected 7 conn/7/1', 'account.replaced 7 conn/7/2'],
  );
});

it('tells nothing once the lease is gone, not even later, and nothing of an account that was deleted', async () => {
  const { facts, mood, told } = owner();
  facts.add(connected);
  mood.isValid = false;
  await facts.flush();
  mood.isValid = true;
  mood.isAlive = false;
  facts.add(replaced);
  await facts.flush();
  assert.deepEqual(told, []);
});
