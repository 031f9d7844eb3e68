import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeLine, encodeLine, referencesOf } from '../../src/archive/line-codec.ts';

const SUBJECT = 'wildcat.shop.message.received.p4915100000001';
const headers = { 'Nats-Msg-Id': 'shop.1/m/p49/W1', 'Wa-Type': 'message.received' };
const roundTrip = (payload: Uint8Array) =>
  decodeLine(encodeLine({ message: { seq: 7, subject: SUBJECT, headers, payload }, blobs: [] }));

describe('a line of an archive', () => {
  it('gives back the bytes of any message', () => {
    const texts = fc.json().map((text) => Buffer.from(text));
    const bytes = fc.uint8Array().map((each) => Buffer.from(each));
    fc.assert(
      fc.property(fc.oneof(texts, bytes), (payload) => {
        const { message } = roundTrip(payload);
        assert.deepEqual(Buffer.from(message.payload), payload);
        assert.deepEqual({ ...message, payload: null }, { seq: 7, subject: SUBJECT, headers, payload: null });
      }),
    );
  });

  it('shows an event as JSON, for jq and people', () => {
    const payload = Buffer.from('{"id":"1","type":"message.received","data":{"text":"grün\\nblau"}}');
    const line = encodeLine({ message: { seq: 7, subject: SUBJECT, headers, payload }, blobs: [] });
    assert.equal(JSON.parse(line).event.data.text, 'grün\nblau');
    assert.ok(!line.includes('\n'));
    const space = encodeLine({
      message: { seq: 7, subject: SUBJECT, headers, payload: Buffer.from('{ }') },
      blobs: [],
    });
    assert.equal(JSON.parse(space).base64, 'eyB9');
  });

  it('refuses subjects, headers and hashes that are none', () => {
    const good = { seq: 1, subject: SUBJECT, headers: {}, event: {} };
    const blob = { kind: 'blob', account: 'shop', sha256: '../../etc/passwd', length: 1 };
    for (const bad of [
      { ...good, subject: 'other.shop.message.received.p1' },
      { ...good, subject: 'wildcat.*.message.received.p1' },
      { ...good, headers: { 'Wa-V': '1\r\nNats-Rollup: all' } },
      { ...good, headers: { 'Wa V:': '1' } },
      { ...good, blobs: [blob] },
      { ...good, seq: 0 },
    ])
      assert.throws(() => decodeLine(JSON.stringify(bad)), JSON.stringify(bad));
    assert.equal(decodeLine(JSON.stringify(good)).message.seq, 1);
  });

  it('finds what an event refers to, wherever it stands', () => {
    const sha256 = 'a'.repeat(64);
    const fileId = '0123456789abcdef01234567';
    const event = {
      rawRef: { sha256, length: 3 },
      data: {
        fileId,
        quotedKey: { rawRef: { sha256: 'b'.repeat(64), length: 4 } },
        content: { media: { fileId: 'fedcba987654321001234567' }, text: `"fileId":"${fileId}"` },
      },
    };
    assert.deepEqual(referencesOf(Buffer.from(JSON.stringify(event))), [
      { kind: 'blob', sha256 },
      { kind: 'file', id: fileId },
      { kind: 'blob', sha256: 'b'.repeat(64) },
      { kind: 'file', id: 'fedcba987654321001234567' },
    ]);
    assert.deepEqual(referencesOf(Buffer.from('no json')), []);
  });
});
