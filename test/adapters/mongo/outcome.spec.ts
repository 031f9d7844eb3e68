import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MongoNetworkError, MongoServerError } from 'mongodb';
import { isDuplicate, isTransient } from '../../../src/adapters/mongo/outcome.ts';

const refusal = (code: number, errorLabels: string[] = []): MongoServerError =>
  new MongoServerError({ message: 'no', code, errorLabels });

it('tells what may be tried again from what a server refuses', () => {
  assert.equal(isTransient(new MongoNetworkError('gone')), true);
  assert.equal(isTransient(refusal(13_435)), true, 'a read from a server that has just stepped down');
  assert.equal(isTransient(refusal(11_600)), true, 'a server that shuts down');
  assert.equal(isTransient(refusal(112, ['TransientTransactionError'])), true);
  assert.equal(
    isTransient(refusal(462, ['SystemOverloadedError', 'RetryableError'])),
    true,
    'too much to do',
  );
  assert.equal(isTransient(refusal(11_000)), false);
  assert.equal(isTransient(refusal(13)), false, 'not authorized');
  assert.equal(isTransient(new Error('ours')), false);
});

it('knows an id that is taken', () => {
  assert.equal(isDuplicate(refusal(11_000)), true);
  assert.equal(isDuplicate(refusal(112)), false);
});
