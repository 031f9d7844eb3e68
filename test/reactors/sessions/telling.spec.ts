import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AccountEvent } from '../../../src/events/accounts.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import { tellFact } from '../../../src/reactors/sessions/telling.ts';

/** What an operator reads of these facts. */
const told = (...facts: AccountEvent[]): unknown[] => {
  const lines: unknown[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push([level, message, JSON.parse(JSON.stringify(fields))]);
  const logger: Logger = {
    ...{ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    child: () => logger,
  };
  for (const fact of facts) tellFact(logger, 'shop', fact);
  return lines;
};
const ME = '4915100000001@s.whatsapp.net';
const expiresAt = '2026-01-01T00:00:20.000Z';

it('points to the QR code once, and takes a pairing for what it is', () => {
  const facts = told(
    { type: 'account.qr_issued', data: { n: 1, expiresAt } },
    { type: 'account.qr_issued', data: { n: 2, expiresAt } },
    { type: 'account.paired', data: { me: ME, platform: 'android' } },
    { type: 'account.restarting', data: { code: 515 } },
    { type: 'account.connected', data: { me: ME, name: 'Shop' } },
    { type: 'account.disconnected', data: { code: null, reason: 'shutdown', retryAt: null } },
  );
  assert.deepEqual(facts, [
    ['info', 'account waits for its QR code to be scanned', { get: '/accounts/shop/qr' }],
    ['info', 'account.paired', {}],
    ['info', 'account.restarting', { code: 515 }],
    ['info', 'account.connected', {}],
    ['info', 'account.disconnected', { reason: 'shutdown' }],
  ]);
});

it('warns of what nobody asked for, with why and what comes next', () => {
  const facts = told(
    { type: 'account.disconnected', data: { code: 428, reason: 'Connection Closed', retryAt: expiresAt } },
    { type: 'account.blocked', data: { code: 402, until: expiresAt } },
    { type: 'account.logged_out', data: { code: 401, reason: 'device removed' } },
    { type: 'account.logged_out', data: { code: null, reason: 'logout_requested' } },
  );
  assert.deepEqual(facts, [
    ['warn', 'account.disconnected', { code: 428, reason: 'Connection Closed', retryAt: expiresAt }],
    ['warn', 'account.blocked', { code: 402, until: expiresAt }],
    ['warn', 'account.logged_out', { code: 401, reason: 'device removed' }],
    ['info', 'account.logged_out', { reason: 'logout_requested' }],
  ]);
});
