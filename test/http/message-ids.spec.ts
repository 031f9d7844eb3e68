import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keyedMessageId, randomMessageId } from '../../src/http/message-ids.ts';

const [secret, other] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
const owner = { account: 'shop', gen: 1 };
const asked = { key: 'k', bodyHash: 'h' };

it('an Idempotency-Key stands for one message of one life of one account', () => {
  const same = keyedMessageId(secret, owner, asked);
  assert.equal(keyedMessageId(secret, { ...owner }, { ...asked }), same);
  const others = [
    keyedMessageId(other, owner, asked),
    keyedMessageId(secret, { ...owner, account: 'cafe' }, asked),
    keyedMessageId(secret, { ...owner, gen: 2 }, asked),
    keyedMessageId(secret, owner, { ...asked, key: 'l' }),
    keyedMessageId(secret, owner, { ...asked, bodyHash: 'i' }),
  ];
  assert.equal(new Set([same, ...others]).size, 6);
});

it("ids look like WhatsApp Web's", () => {
  for (const id of [randomMessageId(), keyedMessageId(secret, owner, asked)])
    assert.match(id, /^3EB0[0-9A-F]{18}$/);
  assert.notEqual(randomMessageId(), randomMessageId());
});
