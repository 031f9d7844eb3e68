import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LiveAccount } from '../../src/events/account-state.ts';
import { desireOf, isSameLife } from '../../src/reactors/accounts.ts';

const AT = '2026-01-02T03:04:05.000Z';
const live: LiveAccount = {
  ...{ status: 'connected', gen: 2, name: '', collectionName: 'auth_shop', createdAt: AT, updatedAt: AT },
  ...{ wanted: true, paired: true, leaving: false, epoch: 1, me: null, reason: null },
};
const erasing = { status: 'erasing', gen: 2, collectionName: 'auth_shop', paired: true } as const;

it('wants a socket for whom somebody wants connected', () => {
  assert.equal(desireOf(live), 'open');
  assert.equal(desireOf({ ...live, wanted: false }), 'closed');
  assert.equal(desireOf({ status: 'absent', gen: 2 }), 'closed');
});

it('unlinks before it closes, and erases before anything else', () => {
  assert.equal(desireOf({ ...live, wanted: false, leaving: true }), 'unlinked');
  assert.equal(desireOf(erasing), 'erased');
});

it('tells a life of an account from its next one', () => {
  assert.equal(isSameLife(live, 2), true);
  assert.equal(isSameLife(live, 1), false);
  assert.equal(isSameLife(erasing, 2), false);
});
