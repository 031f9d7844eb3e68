import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkedOf } from '../../../../src/adapters/baileys/acts/number-check.ts';
import type { Directory } from '../../../../src/adapters/baileys/reading/addresses.ts';

const directory: Directory = {
  me: () => ({ pn: '491500@s.whatsapp.net', lid: '900@lid' }),
  lidOf: (user) => (user === '551187654321' ? '111' : undefined),
  pnOf: (user) => (user === '111' ? '551187654321' : undefined),
};
const found = (id: string, number: string, exists = true) => ({ id, contact: { exists, number } });
const BR = '551187654321@s.whatsapp.net';
const MX = '5212221234567@s.whatsapp.net';

it('knows which number an answer is for, in whatever form and order WhatsApp answers', () => {
  const phones = ['5511987654321', '522221234567', '4915200000003', '4915200000004', '551187654321'];
  const answers = [
    found('4915200000004@s.whatsapp.net', '4915200000004', false),
    found(MX, '522221234567'),
    found('4915200000003@s.whatsapp.net', ''),
    found(BR, '5511987654321'),
    { id: '4915200000005@s.whatsapp.net' },
  ];
  assert.deepEqual(checkedOf(phones, answers, directory), [
    { phone: '5511987654321', exists: true, jid: BR, lid: '111@lid' },
    { phone: '522221234567', exists: true, jid: MX, lid: null },
    { phone: '4915200000003', exists: true, jid: '4915200000003@s.whatsapp.net', lid: null },
    { phone: '4915200000004', exists: false, jid: null, lid: null },
    { phone: '551187654321', exists: true, jid: BR, lid: '111@lid' },
  ]);
  const byLid = checkedOf(['5511987654321'], [found('111@lid', '5511987654321')], directory);
  assert.deepEqual(byLid, [{ phone: '5511987654321', exists: true, jid: BR, lid: '111@lid' }]);
});
