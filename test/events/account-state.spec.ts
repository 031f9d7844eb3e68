import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccountState, evolveAccount, isLive, NO_ACCOUNT } from '../../src/events/account-state.ts';
import type { AccountEvent } from '../../src/events/accounts.ts';

const AT = '2026-01-02T03:04:05.000Z';
const after = (...events: AccountEvent[]): AccountState =>
  events.reduce<AccountState>((state, event, n) => {
    const meta = { id: `e${n}`, v: 1, account: 'shop', gen: 1, at: AT, occurredAt: AT, seq: n + 1 };
    return evolveAccount(state, { ...meta, ...event });
  }, NO_ACCOUNT);
const statusAndWish = (state: AccountState) => [state.status, isLive(state) && state.wanted];

const created: AccountEvent = { type: 'account.created', data: { name: '', collectionName: 'auth_shop' } };
const connect: AccountEvent = { type: 'account.connect_requested', data: {} };
const disconnect: AccountEvent = { type: 'account.disconnect_requested', data: {} };
const logout: AccountEvent = { type: 'account.logout_requested', data: {} };
const loggedOut: AccountEvent = { type: 'account.logged_out', data: { code: null } };
const connected: AccountEvent = { type: 'account.connected', data: { me: '49151@s.whatsapp.net' } };
const paired = { type: 'account.paired', data: { me: '49151@s.whatsapp.net', lid: '1@lid' } } as const;
const qr: AccountEvent = { type: 'account.qr_issued', data: { n: 1, expiresAt: AT } };
const restarting: AccountEvent = { type: 'account.restarting', data: { code: 515 } };
const gone = (code: number | null, retryAt: string | null): AccountEvent => ({
  type: 'account.disconnected',
  data: { code, reason: 'why', retryAt },
});

describe('an account', () => {
  it('reconnects after a drop', () => {
    assert.deepEqual(statusAndWish(after(created, connected, gone(428, AT))), ['reconnecting', true]);
  });

  it('stays wanted over a restart of the service', () => {
    assert.deepEqual(statusAndWish(after(created, connected, gone(null, null))), ['reconnecting', true]);
  });

  it('says that it waits for a first link, or comes back to one, and why', () => {
    const lost = after(created, gone(428, AT));
    assert.deepEqual(statusAndWish(lost), ['connecting', true]);
    assert.equal(isLive(lost) && lost.reason, 'why');
    assert.deepEqual(statusAndWish(after(created, paired, gone(428, AT))), ['reconnecting', true]);
    for (const end of [connected, connect]) {
      const state = after(created, gone(500, null), connect, end);
      assert.equal(isLive(state) && state.reason, null, end.type);
    }
    const out = after(created, connected, logout);
    assert.equal(isLive(out) && out.reason, 'logout_requested');
  });

  it('is known by name from the pairing on', () => {
    const { me } = paired.data;
    const known = after(created, paired);
    assert.ok(isLive(known));
    assert.deepEqual([known.paired, known.me], [true, { jid: me, lid: '1@lid' }]);
  });

  it('connects where it is wished, and is left alone where it is on its way', () => {
    assert.deepEqual(statusAndWish(after(created, connect)), ['connecting', true]);
    assert.deepEqual(statusAndWish(after(created, restarting)), ['connecting', true]);
    assert.deepEqual(statusAndWish(after(created, connected, connect)), ['connected', true]);
    assert.deepEqual(statusAndWish(after(created, connected, gone(428, AT), connect)), [
      'reconnecting',
      true,
    ]);
    for (const late of [qr, restarting])
      assert.deepEqual(statusAndWish(after(created, disconnect, late)), ['disconnected', false], late.type);
  });

  it('is disconnected where it was given up, and can be connected again', () => {
    assert.deepEqual(statusAndWish(after(created, connected, gone(500, null))), ['disconnected', false]);
    assert.deepEqual(statusAndWish(after(created, gone(500, null), connect)), ['connecting', true]);
  });

  it('does not become connected by a socket that opened after the disconnect was decided', () => {
    assert.deepEqual(statusAndWish(after(created, disconnect, connected)), ['disconnected', false]);
  });

  it('connects with a new QR code where that is wished while it is being logged out', () => {
    const leaving = after(created, connected, logout, connect);
    assert.deepEqual(statusAndWish(leaving), ['connecting', true]);
    const stillOpen = after(created, connected, logout, connect, connected, gone(null, null));
    assert.deepEqual(statusAndWish(stillOpen), ['connecting', true], 'its socket is there to log out only');
    const left = after(created, connected, logout, connect, loggedOut);
    assert.deepEqual(statusAndWish(left), ['connecting', true]);
    assert.ok(isLive(left));
    assert.deepEqual([left.paired, left.leaving, left.me], [false, false, null]);
    const again = after(created, connected, logout, connect, logout, loggedOut);
    assert.deepEqual(statusAndWish(again), ['logged_out', false], 'the last wish counts');
    const byPhone = after(created, connected, loggedOut);
    assert.deepEqual(statusAndWish(byPhone), ['logged_out', false]);
  });

  it('remembers while it is erased whether there is a device to unlink', () => {
    const deleted: AccountEvent = { type: 'account.deleted', data: { collectionName: 'auth_shop' } };
    const erasing = { status: 'erasing', gen: 1, collectionName: 'auth_shop' };
    assert.deepEqual(after(created, connected, deleted), { ...erasing, paired: true });
    assert.deepEqual(after(created, deleted), { ...erasing, paired: false });
  });
});
