import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccountCommand, accounts } from '../../src/commands/accounts.ts';
import { isLive } from '../../src/events/account-state.ts';
import type { AccountEvent } from '../../src/events/accounts.ts';
import {
  blocked,
  connected,
  connectRequested,
  created,
  deleted,
  disconnectRequested,
  dropped,
  ENDINGS,
  erased,
  loggedOut,
  logoutRequested,
  ownerLost,
  paired,
  pairingExpired,
  qrIssued,
  restarting,
} from '../support/account-events.ts';
import { folded, type Given, specFor } from '../support/spec.ts';

const given = specFor(accounts);
const create: AccountCommand = { type: 'create', name: 'Shop', collectionName: 'auth_shop' };
const connect: AccountCommand = { type: 'connect' };
const disconnect: AccountCommand = { type: 'disconnect' };
const logout: AccountCommand = { type: 'logout' };
const remove: AccountCommand = { type: 'delete' };
const event = (type: `${'connect' | 'disconnect' | 'logout'}_requested`) =>
  ({ type: `account.${type}`, data: {} }) as const;
const tombstone = { type: 'account.deleted', data: { collectionName: 'auth_shop' } } as const;

describe('create', () => {
  it('takes an id that nobody has, with its name and the collection of its keys', () => {
    given()
      .when(create)
      .decides({ type: 'account.created', data: { name: 'Shop', collectionName: 'auth_shop' } });
  });
  it('refuses an id that is in use, whatever the account is doing', () => {
    for (const now of [[], [connected], [disconnectRequested], [loggedOut], [blocked]])
      given(created, ...now)
        .when(create)
        .refuses('already_exists', 'Account already exists');
  });
  it('refuses an id that is being erased, and takes it afterwards as a new generation', () => {
    given(created, deleted).when(create).refuses('already_exists', 'Account is being deleted');
    given(created, deleted, erased)
      .when(create)
      .decides({
        type: 'account.created',
        data: { name: 'Shop', collectionName: 'auth_shop' },
      });
    const state = folded(accounts, [created, deleted, erased]);
    const again = accounts.decide(create, state);
    assert.ok(again !== null);
    assert.equal(accounts.generation(state, again), 2);
  });
});

describe('every other wish', () => {
  it('is refused where there is no account: never created, being erased, or erased', () => {
    for (const wish of [connect, disconnect, logout, remove])
      for (const now of [[], [created, deleted], [created, deleted, erased]])
        given(...now)
          .when(wish)
          .refuses('not_found', 'Account not found');
  });
  it('belongs to the present generation', () => {
    const again = { ...created, gen: 2 };
    const state = folded(accounts, [created, deleted, erased, again]);
    const wish = accounts.decide(disconnect, state);
    assert.ok(wish !== null);
    assert.equal(accounts.generation(state, wish), 2);
  });
});

describe('connect', () => {
  it('changes nothing while the account is connected or on its way', () => {
    for (const now of [[], [qrIssued], [paired, restarting], [connected], [connected, dropped]])
      given(created, ...now)
        .when(connect)
        .decidesNothing();
  });
  it('is asked for again by who insists, and takes nothing from an account that may send', () => {
    for (const now of [[], [qrIssued], [connected], [connected, dropped]])
      given(created, ...now)
        .when({ type: 'connect', insist: true })
        .decides(event('connect_requested'));
    for (const now of [[connected], [connected, dropped]]) {
      const { status } = folded(accounts, [created, ...now]);
      assert.equal(folded(accounts, [created, ...now, connectRequested]).status, status);
    }
  });
  it('is asked for again after a disconnect, a logout, and whatever made WhatsApp pointless', () => {
    for (const end of [disconnectRequested, logoutRequested, ...ENDINGS])
      given(created, connected, end).when(connect).decides(event('connect_requested'));
  });
});

describe('disconnect', () => {
  it('is decided while the account is connected or on its way', () => {
    for (const now of [[], [qrIssued], [connected], [connected, dropped], [connected, ownerLost]])
      given(created, ...now)
        .when(disconnect)
        .decides(event('disconnect_requested'));
  });
  it('is decided while the end of a ban would connect the account', () => {
    given(created, connected, blocked).when(disconnect).decides(event('disconnect_requested'));
    given(created, connected, blocked, disconnectRequested).when(disconnect).decidesNothing();
  });
  it('changes nothing where nobody wants the connection any more', () => {
    for (const end of [disconnectRequested, logoutRequested, ...ENDINGS.filter((one) => one !== blocked)])
      given(created, connected, end).when(disconnect).decidesNothing();
  });
});

describe('logout', () => {
  it('is decided in every state with a device that may be linked', () => {
    for (const now of [
      [],
      [connected],
      [connected, dropped],
      [connected, disconnectRequested],
      [pairingExpired],
    ])
      given(created, ...now)
        .when(logout)
        .decides(event('logout_requested'));
  });
  it('changes nothing while it is under way and once it is done', () => {
    given(created, connected, logoutRequested).when(logout).decidesNothing();
    given(created, connected, logoutRequested, loggedOut).when(logout).decidesNothing();
    given(created, connected, loggedOut).when(logout).decidesNothing();
  });
  it('takes back a connect that was wished while it is under way', () => {
    given(created, connected, logoutRequested, connectRequested)
      .when(logout)
      .decides(event('logout_requested'));
  });
  it('can be asked for again after the account was paired anew', () => {
    given(created, connected, logoutRequested, loggedOut, connectRequested, connected)
      .when(logout)
      .decides(event('logout_requested'));
  });
});

describe('delete', () => {
  it('is decided in every state, and names the collection that is to be erased', () => {
    for (const now of [[], [connected], [connected, dropped], [disconnectRequested], [loggedOut], [blocked]])
      given(created, ...now)
        .when(remove)
        .decides(tombstone);
  });
});

describe('what is known of an account', () => {
  const status = (...events: Given<AccountEvent>[]): string => folded(accounts, events).status;

  it('goes through pairing, connection, drop and return', () => {
    const path = [created, qrIssued, paired, restarting, connected, dropped, connected];
    const seen = path.map((_, index) => status(...path.slice(0, index + 1)));
    assert.deepEqual(seen, [
      'created',
      'connecting',
      'connecting',
      'connecting',
      'connected',
      'reconnecting',
      'connected',
    ]);
  });
  it('says why it is not connected', () => {
    const reasons = [dropped, disconnectRequested, ...ENDINGS].map((end) => {
      const state = folded(accounts, [created, connected, end]);
      return isLive(state) ? [state.status, state.reason] : null;
    });
    assert.deepEqual(reasons, [
      ['reconnecting', 'connection closed'],
      ['disconnected', 'disconnect_requested'],
      ['disconnected', 'bad session'],
      ['disconnected', 'pairing_expired'],
      ['disconnected', 'replaced'],
      ['disconnected', 'blocked'],
      ['disconnected', 'outdated'],
      ['logged_out', 'logged_out'],
    ]);
  });
  it('forgets who it was once it is logged out, and starts anew in the next generation', () => {
    const out = folded(accounts, [created, connected, loggedOut]);
    assert.ok(isLive(out) && out.me === null && !out.paired && !out.wanted);
    const again = folded(accounts, [created, connected, deleted, erased, { ...created, gen: 2 }]);
    assert.ok(isLive(again) && again.me === null && !again.paired && again.wanted && again.epoch === 0);
  });
  it('is not changed by an erasure that is told again after the id was taken anew', () => {
    const again = { ...created, gen: 2 };
    assert.equal(status(created, deleted, erased, again, erased), 'created');
    assert.equal(status(created, deleted, erased, again, deleted), 'created');
  });
  it('is not erased without a tombstone', () => {
    assert.equal(status(created, connected, erased), 'connected');
  });
});
