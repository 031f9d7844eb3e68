import type { AccountEvent } from '../../src/events/accounts.ts';
import type { Given } from './spec.ts';

type Fact = Given<AccountEvent>;

/** An account's life in short words; all of generation 1 and, where it is an owner's fact, of epoch 5. */
export const created: Fact = {
  type: 'account.created',
  data: { name: 'Shop', collectionName: 'auth_shop' },
};
export const connectRequested: Fact = { type: 'account.connect_requested', data: {} };
export const disconnectRequested: Fact = { type: 'account.disconnect_requested', data: {} };
export const logoutRequested: Fact = { type: 'account.logout_requested', data: {} };
export const deleted: Fact = { type: 'account.deleted', data: { collectionName: 'auth_shop' } };
export const erased: Fact = { type: 'account.erased', data: {} };

const RETRY = '2026-01-01T12:01:00.000Z';
const ME = '4915100000009@s.whatsapp.net';

export const qrIssued: Fact = { type: 'account.qr_issued', data: { n: 1, expiresAt: RETRY }, epoch: 5 };
export const paired: Fact = { type: 'account.paired', data: { me: ME }, epoch: 5 };
export const restarting: Fact = { type: 'account.restarting', data: { code: 515 }, epoch: 5 };
export const connected: Fact = { type: 'account.connected', data: { me: ME }, epoch: 5 };
export const dropped: Fact = {
  type: 'account.disconnected',
  data: { code: 428, reason: 'connection closed', retryAt: RETRY },
  epoch: 5,
};
const givenUp: Fact = {
  type: 'account.disconnected',
  data: { code: 500, reason: 'bad session', retryAt: null },
  epoch: 5,
};
export const ownerLost: Fact = {
  type: 'account.disconnected',
  data: { code: null, reason: 'owner_lost', retryAt: null },
  epoch: 6,
};
export const pairingExpired: Fact = { type: 'account.pairing_expired', data: {}, epoch: 5 };
export const replaced: Fact = { type: 'account.replaced', data: { code: 440 }, epoch: 5 };
export const blocked: Fact = { type: 'account.blocked', data: { code: 403 }, epoch: 5 };
export const outdated: Fact = { type: 'account.outdated', data: { code: 405 }, epoch: 5 };
export const loggedOut: Fact = { type: 'account.logged_out', data: { code: 401 }, epoch: 5 };

/** Everything that ends the wish to be connected, as WhatsApp tells it. */
export const ENDINGS: readonly Fact[] = [givenUp, pairingExpired, replaced, blocked, outdated, loggedOut];
/** Facts of an owner. */
export const FACTS: readonly Fact[] = [
  qrIssued,
  paired,
  restarting,
  connected,
  dropped,
  ownerLost,
  ...ENDINGS,
];
/** Decisions that people make of a living account. */
export const WISHES: readonly Fact[] = [connectRequested, disconnectRequested, logoutRequested];
