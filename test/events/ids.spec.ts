import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ACCOUNT_ID, keyOf, parseJid, sameJid } from '../../src/events/ids.ts';

it('knows the addresses of WhatsApp by their normal form and their subject token', () => {
  const known: [given: string, normal: string, key: string][] = [
    ['4915100000001@s.whatsapp.net', '4915100000001@s.whatsapp.net', 'p4915100000001'],
    ['4915100000001:12@s.whatsapp.net', '4915100000001@s.whatsapp.net', 'p4915100000001'],
    ['4915100000001_1:12@s.whatsapp.net', '4915100000001@s.whatsapp.net', 'p4915100000001'],
    ['4915100000001@c.us', '4915100000001@s.whatsapp.net', 'p4915100000001'],
    ['+4915100000001', '4915100000001@s.whatsapp.net', 'p4915100000001'],
    ['4915100000001', '4915100000001@s.whatsapp.net', 'p4915100000001'],
    ['100000000000001:3@lid', '100000000000001@lid', 'l100000000000001'],
    ['120363000000000001@g.us', '120363000000000001@g.us', 'g120363000000000001'],
    ['4915100000001-1500000000@g.us', '4915100000001-1500000000@g.us', 'g4915100000001-1500000000'],
    ['120363000000000002@newsletter', '120363000000000002@newsletter', 'n120363000000000002'],
    ['1500000000@broadcast', '1500000000@broadcast', 'b1500000000'],
    ['status@broadcast', 'status@broadcast', 'status'],
  ];
  assert.deepEqual(
    known.map(([given]) => [given, parseJid(given), keyOf(given)]),
    known,
  );
});

it('takes nothing else for an address', () => {
  const strange = ['', '@', '@s.whatsapp.net', 'ann@s.whatsapp.net', '1234', '+', '1@2@g.us', '49151 00001'];
  for (const text of [...strange, '4915100000001@', '4915100000001@evil', '4915100000001@constructor'])
    assert.equal(parseJid(text), null, text);
});

it('gives strangers keys of their own, and nobody none', () => {
  const keys = ['13135550002@bot', '4915100000001@hosted', '1@hosted.lid', 'x@y'].map(keyOf);
  assert.equal(new Set(keys).size, 4);
  for (const key of keys) assert.match(key, /^x[0-9a-f]{20}$/);
  assert.equal(keyOf(''), '_');
});

it('makes a safe subject token of whatever comes', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '*',
      '>',
      'a.b@g.us',
      '1.2@lid',
      '4915100000001@s.whatsapp.net\r\nX: y',
      '*@g.us',
      '> @lid',
    ),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      assert.match(keyOf(text), /^[A-Za-z0-9_-]{1,64}$/);
      const normal = parseJid(text);
      if (normal !== null) assert.equal(parseJid(normal), normal);
    }),
    { numRuns: 500 },
  );
});

it('tells whether two addresses are one', () => {
  assert.ok(sameJid('4915100000001:3@s.whatsapp.net', '4915100000001@c.us'));
  assert.ok(!sameJid('4915100000001@s.whatsapp.net', '4915100000001@lid'));
  assert.ok(!sameJid('x@bot', 'y@bot'));
});

it('lets no account take the place of the system', () => {
  for (const id of ['_sys', '', '_', 'Shop', 'a.b', 'a b', '*', '>', 'ä', '-a', 'a'.repeat(64), 'a\n'])
    assert.ok(!ACCOUNT_ID.test(id), id);
  for (const id of ['a', 'shop-1', '0_', 'a'.repeat(63)]) assert.ok(ACCOUNT_ID.test(id), id);
});
