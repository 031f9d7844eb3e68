import assert from 'node:assert/strict';
import { it } from 'node:test';
import { joinGroup } from '../../src/http/schemas/group-changes.ts';
import { fileInJson } from '../../src/http/schemas/send-media.ts';
import { checkNumbers } from '../../src/http/schemas/session-calls.ts';
import { parse } from '../../src/http/transport/input.ts';

it('takes the link of an invite in whatever form it was shared', () => {
  const link = 'chat.whatsapp.com/AbC_def-123';
  for (const code of [
    'AbC_def-123',
    `https://${link}`,
    `http://${link}`,
    link,
    `https://${link}?mode=ac_t`,
    'https://chat.whatsapp.com/invite/AbC_def-123/',
  ])
    assert.equal(joinGroup.body.parse({ code }).code, 'AbC_def-123', code);
  for (const code of ['https://example.com/AbC_def-123', 'https://chat.whatsapp.com/', 'a b'])
    assert.throws(() => joinGroup.body.parse({ code }), code);
});

it('takes phone numbers whose plus was not encoded', () => {
  assert.deepEqual(checkNumbers.query.parse({ phones: ' 4915100000003,+4915100000004' }).phones, [
    '4915100000003',
    '4915100000004',
  ]);
  for (const phones of ['4915100000003 4915100000004', '  4915100000003', ''])
    assert.throws(() => checkNumbers.query.parse({ phones }));
});

it('tells a text that is too long from one that is none', () => {
  for (const [name, most] of [
    ['url', 4_096],
    ['mimetype', 128],
    ['fileName', 1_024],
  ] as const) {
    const text = `http://localhost/${'x'.repeat(most)}`;
    const message = `${name} must have ${most} characters at most`;
    assert.throws(() => parse(fileInJson, { [name]: text }), { message });
    assert.throws(() => parse(fileInJson, { [name]: 5 }), { message: /must be an? / });
  }
});
