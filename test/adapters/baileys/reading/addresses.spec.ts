import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Directory, isPlausibleLink } from '../../../../src/adapters/baileys/reading/addresses.ts';
import { wasMeantFor } from '../../../../src/adapters/baileys/sending/sends.ts';

const directory: Directory = {
  me: () => ({ pn: '491500:3@s.whatsapp.net', lid: '900:3@lid' }),
  lidOf: (user) => (user === '4915111111' ? '111' : undefined),
  pnOf: (user) => (user === '111' ? '4915111111' : undefined),
};

it("does not believe that a stranger's LID is my number, or my LID a stranger's", () => {
  assert.ok(isPlausibleLink('111@lid', '4915111111@s.whatsapp.net', directory));
  assert.ok(isPlausibleLink('900@lid', '491500@s.whatsapp.net', directory));
  assert.ok(!isPlausibleLink('222@lid', '491500@s.whatsapp.net', directory));
  assert.ok(!isPlausibleLink('900@lid', '4915111111@s.whatsapp.net', directory));
});

it('believes it as long as my own LID is not known', () => {
  const early = { ...directory, me: () => ({ pn: '491500@s.whatsapp.net', lid: null }) };
  assert.ok(isPlausibleLink('900@lid', '491500@s.whatsapp.net', early));
});

it('gives a repeat to the recipient under either name, and to nobody else', () => {
  const toPhone = { to: '4915111111@s.whatsapp.net' };
  assert.ok(wasMeantFor(toPhone, { remoteJid: '4915111111:2@s.whatsapp.net' }, directory));
  assert.ok(wasMeantFor(toPhone, { remoteJid: '111:2@lid' }, directory));
  assert.ok(wasMeantFor({ to: '123@g.us' }, { remoteJid: '123@g.us' }, directory));
  assert.ok(!wasMeantFor(toPhone, { remoteJid: '222@lid' }, directory));
  assert.ok(!wasMeantFor({ to: '123@g.us' }, { remoteJid: '111@lid' }, directory));
  assert.ok(!wasMeantFor(toPhone, {}, directory));
});
