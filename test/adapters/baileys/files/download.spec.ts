import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileUrl } from '../../../../src/adapters/baileys/files/download.ts';

const at = (url: string | null, directPath: string | null, isReal = true) =>
  fileUrl({ url, directPath }, isReal).href;

it("asks WhatsApp's own hosts only, whatever a sender writes", () => {
  const own = 'https://mmg.whatsapp.net/v/a.enc?x=1';
  assert.equal(
    at('https://media.fra3-1.cdn.whatsapp.net/other', '/v/a.enc?x=1'),
    'https://media.fra3-1.cdn.whatsapp.net/v/a.enc?x=1',
  );
  assert.equal(at('https://mmg.whatsapp.net/v/a.enc?x=1', null), own);
  for (const url of [
    'https://evil.example/x',
    'https://127.0.0.1:6379/',
    'https://evil-whatsapp.net/',
    'nonsense',
    null,
  ])
    assert.equal(at(url, '/v/a.enc?x=1'), own);
  for (const path of ['@evil.example/x', '//evil.example/x', '.evil.example/x', 'https://evil.example/'])
    assert.equal(new URL(at(null, path)).host, 'mmg.whatsapp.net');
  assert.equal(new URL(at('http://user:pw@mmg.whatsapp.net/x', null)).protocol, 'https:');
});

it('asks the host of another WhatsApp, never the real one', () => {
  assert.equal(at('https://127.0.0.1:4430/x', '/v/a.enc', false), 'https://127.0.0.1:4430/v/a.enc');
  for (const url of [null, 'https://mmg.whatsapp.net/v/a.enc'])
    assert.throws(() => at(url, '/v/a.enc', false), { code: 'unprocessable' });
});
