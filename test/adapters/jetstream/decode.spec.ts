import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { JsMsg } from '@nats-io/jetstream';
import { createDecoder } from '../../../src/adapters/jetstream/decode.ts';

const GOLDEN = { id: 'e1', type: 'account.created', v: 1, at: '2026-01-01T00:00:00.000Z' };
const MORE = { account: 'shop', gen: 1, occurredAt: '2026-01-01T00:00:00.000Z' };

/** As much of a stored message as decoding looks at. */
const stored = (seq: number, storedAt: number, size = 0): JsMsg => {
  const json = JSON.stringify({ ...GOLDEN, ...MORE, data: {}, raw: 'r'.repeat(size) });
  const subject = 'wildcat.shop.account.created._';
  const message = { seq, subject, data: Buffer.from(json), info: { timestampNanos: storedAt } };
  return { ...message, string: () => json } as unknown as JsMsg; // the client makes them of replies only
};

it('decodes a message once for all who read it', () => {
  const decode = createDecoder();
  assert.equal(decode(stored(1, 10)), decode(stored(1, 10)));
});

it('does not take a message for one that stood at its position in another log', () => {
  const decode = createDecoder();
  assert.notEqual(decode(stored(1, 10)), decode(stored(1, 11)));
});

it('keeps 256 messages, and no large ones', () => {
  const decode = createDecoder();
  const first = decode(stored(1, 1));
  for (let seq = 2; seq <= 256; seq++) decode(stored(seq, seq));
  assert.equal(decode(stored(1, 1)), first);
  decode(stored(257, 257));
  assert.notEqual(decode(stored(1, 1)), first);
  assert.notEqual(decode(stored(300, 300, 9_000)), decode(stored(300, 300, 9_000)));
});
