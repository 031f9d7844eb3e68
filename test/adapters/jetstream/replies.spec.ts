import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readReply } from '../../../src/adapters/jetstream/replies.ts';

const refusal = (code: number, err_code: number, description: string) => {
  const body = { error: { code, err_code, description }, stream: 'WILDCAT', seq: 0 };
  const data = Buffer.from(JSON.stringify(body));
  return readReply({ data, json: () => JSON.parse(data.toString()) }).kind;
};

it('tries again what the server has no place for just now, or is still about', () => {
  assert.equal(refusal(409, 10_158, 'duplicate message id is in process'), 'again');
  assert.equal(refusal(429, 10_167, 'too many requests'), 'again');
  assert.equal(refusal(503, 10_008, 'JetStream system temporarily unavailable'), 'again');
  assert.equal(refusal(400, 10_164, 'wrong last sequence'), 'conflict');
  assert.equal(refusal(400, 10_054, 'message size exceeds maximum allowed'), 'refused');
});
