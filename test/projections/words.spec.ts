import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { speaksOf, wordsOf, wordsOfContent } from '../../src/projections/words.ts';

describe('the words of a text', () => {
  for (const [text, words] of [
    ["Don't PANIC, don't!", ['don', 't', 'panic']],
    ['Ärger über Straße, Łódź; smørrebrød', ['arger', 'uber', 'strasse', 'lodz', 'smorrebrod']],
    ['İstanbul ISPARTA ılık', ['istanbul', 'isparta', 'ilik']],
    ['a\u0308 = ä = A\u0308', ['a']],
    ['+49 151/234-5', ['49', '151', '234', '5']],
    ['ｆｕｌｌ ﬁne ①', ['full', 'fine', '1']],
    ['Ægir Œuvre Đorđe Ísafjörður Þing', ['aegir', 'oeuvre', 'dorde', 'isafjordur', 'thing']],
    ['日本語 text', ['日', '本', '語', 'text']],
    ['ひら カタ ไทย ລາວ', [...'ひらカタไทยລາວ']],
    ['កខ မယ', [...'កខမယ']],
    ['Привет, ёлка', ['привет', 'елка']],
    ['हिन्दी', ['हिनदी']],
    ['🎉 ?!', []],
    ['', []],
  ] as const)
    it(JSON.stringify(text), () => assert.deepEqual(wordsOf(text), words));

  it('are known by their beginning where they are long, and never end within a character', () => {
    assert.deepEqual(wordsOf('x'.repeat(100)), ['x'.repeat(32)]);
    const [word = ''] = wordsOf('𐐨'.repeat(100));
    assert.deepEqual([...word].length, 32);
  });

  it('are the same whatever the case and the form of its accents', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.deepEqual(wordsOf(text.normalize('NFD')), wordsOf(text.normalize('NFC')));
        assert.deepEqual(wordsOf(wordsOf(text).join(' ')), wordsOf(text));
        assert.ok(wordsOf(text).every((word) => word !== '' && !word.includes('\uffff')));
      }),
    ));
});

describe('the words of a message', () => {
  it('are those of its text or caption and of the names in it', () => {
    const found = wordsOfContent({
      type: 'document',
      text: null,
      caption: 'The bill',
      media: { fileName: 'Invoice-7.pdf' },
      location: { latitude: 1, longitude: 1, name: 'Market', address: 'Main Street' },
      contacts: [{ name: 'Ann', vcard: 'BEGIN:VCARD' }],
      poll: { options: ['today'], selectable: 1 },
    });
    assert.deepEqual(found, [
      'the',
      'bill',
      'invoice',
      '7',
      'pdf',
      'market',
      'main',
      'street',
      'ann',
      'today',
    ]);
  });

  it('begin as every word that is looked for', () => {
    const content = { type: 'text', text: 'Ärger mit dem Drucker' } as const;
    assert.ok(speaksOf(content, wordsOf('druck arg')));
    assert.ok(!speaksOf(content, wordsOf('druck scanner')));
    assert.ok(!speaksOf(content, wordsOf('rucker')));
  });
});
