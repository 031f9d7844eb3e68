import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Boom } from '@hapi/boom';
import { initAuthCreds } from '@whiskeysockets/baileys';
import { closedBy, isPaired, progressOf } from '../../../src/adapters/baileys/connection.ts';

const creds = {
  ...initAuthCreds(),
  me: { id: '491500:3@s.whatsapp.net', lid: '900:3@lid', name: 'Me' },
  platform: 'android',
};
const NOW = Date.parse('2026-01-01T00:00:00.000Z');

it('gives the first QR code a minute and the next ones 20 s', () => {
  const at = (qrs: number) => progressOf({ qr: 'code' }, creds, { qrs, now: NOW });
  assert.deepEqual(at(1), [{ type: 'qr', qr: 'code', n: 1, expiresAt: '2026-01-01T00:01:00.000Z' }]);
  assert.deepEqual(at(3), [{ type: 'qr', qr: 'code', n: 3, expiresAt: '2026-01-01T00:00:20.000Z' }]);
});

it('tells who was paired and who is connected, without the number of the device', () => {
  const me = { me: '491500@s.whatsapp.net', lid: '900@lid' };
  const told = (update: Parameters<typeof progressOf>[0]) => progressOf(update, creds, { qrs: 0, now: NOW });
  assert.deepEqual(told({ isNewLogin: true }), [{ type: 'paired', ...me, platform: 'android' }]);
  assert.deepEqual(told({ connection: 'open' }), [{ type: 'open', ...me, name: 'Me' }]);
  assert.deepEqual(told({ connection: 'connecting' }), []);
});

it('counts as paired only a device that WhatsApp has signed', () => {
  assert.equal(isPaired(creds), false);
  assert.equal(isPaired({ ...creds, account: {} }), true);
  assert.equal(isPaired({ ...initAuthCreds(), account: {} }), false);
});

it("keeps WhatsApp's code, words and attributes of an end, and has no code for one of ours", () => {
  const banned = new Boom('Connection Failure', { statusCode: 402, data: { expire: '60' } });
  assert.deepEqual(closedBy(banned, true), {
    type: 'closed',
    code: 402,
    reason: 'Connection Failure',
    paired: true,
    data: { expire: '60' },
  });
  assert.deepEqual(closedBy(new Error('owner_lost'), true), {
    type: 'closed',
    code: null,
    reason: 'owner_lost',
    paired: true,
  });
  assert.equal(closedBy(undefined, false).reason, 'closed');
});
