import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto, type WAMessageUpdate } from '@whiskeysockets/baileys';
import type { Directory } from '../../../../src/adapters/baileys/reading/addresses.ts';
import { statusEvent } from '../../../../src/adapters/baileys/reading/updates.ts';

const { Status } = proto.WebMessageInfo;
const directory: Directory = {
  me: () => ({ pn: '491500@s.whatsapp.net', lid: '900@lid' }),
  lidOf: (user) => (user === '4915111111' ? '111' : undefined),
  pnOf: () => undefined,
};
const key = { remoteJid: '4915111111:4@s.whatsapp.net', fromMe: true, id: 'S1' };
const chat = { jid: '111@lid', alt: '4915111111@s.whatsapp.net' };
const read = (update: WAMessageUpdate['update'], more: Partial<WAMessageUpdate['key']> = {}) =>
  statusEvent({ key: { ...key, ...more }, update }, directory);

for (const [status, name] of [
  [Status.SERVER_ACK, 'sent'],
  [Status.DELIVERY_ACK, 'delivered'],
  [Status.READ, 'read'],
  [Status.PLAYED, 'played'],
] as const)
  it(`reads status ${status} as ${name}, at the time of the receipt`, () => {
    assert.deepEqual(read({ status, messageTimestamp: 1_700_000_000 }), {
      type: 'message.status_changed',
      data: { waId: 'S1', chat, status: name, at: 1_700_000_000 },
    });
  });

it('reads a refusal with its code, in the words that the sender of it hears', () => {
  const reason = 'WhatsApp does not let this account write to new people at the moment';
  assert.deepEqual(read({ status: Status.ERROR, messageStubParameters: ['463', 'restricted'] }), {
    type: 'message.send_failed',
    data: { waId: 'S1', chat, code: 463, reason, phase: 'server' },
  });
  const bare = read({ status: Status.ERROR });
  assert.equal(bare?.type === 'message.send_failed' && bare.data.code, null);
});

it("leaves alone what is derived, pending, somebody else's or a group's", () => {
  assert.equal(read({ starred: true }), null);
  assert.equal(read({ status: Status.PENDING }), null);
  assert.equal(read({ status: Status.READ }, { fromMe: false }), null);
  assert.equal(read({ status: Status.READ }, { remoteJid: '123@g.us' }), null);
});
