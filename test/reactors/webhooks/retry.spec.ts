import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryAfterOf } from '../../../src/adapters/webhook-client.ts';
import { judge } from '../../../src/reactors/webhooks/retry.ts';

const schedule = [5_000, 300_000];
const judged = (status: number | null, attempt = 1, retryAfterMs: number | null = null, random = 0) =>
  judge({ status, retryAfterMs }, attempt, { schedule, random: () => random });

describe('what an attempt means', () => {
  it('is delivered by 2xx and by nothing else', () => {
    for (const status of [200, 201, 204, 299]) assert.equal(judged(status).kind, 'delivered');
    for (const status of [null, 101, 199, 300, 302, 304, 400, 404, 500])
      assert.equal(judged(status).kind, 'again', String(status));
    assert.equal(judged(410).kind, 'gone');
  });

  it('waits as scheduled, up to a fifth longer, and gives up after the last one', () => {
    assert.deepEqual(judged(500, 1), { kind: 'again', wait: 5_000, hold: 0 });
    assert.deepEqual(judged(500, 2, null, 1), { kind: 'again', wait: 360_000, hold: 0 });
    assert.deepEqual(judged(500, 3), { kind: 'exhausted' });
  });

  it('waits longer where it is asked to, a day at most; a throttling receiver is left alone altogether', () => {
    assert.deepEqual(judged(500, 1, 60_000), { kind: 'again', wait: 60_000, hold: 0 });
    assert.deepEqual(judged(429, 1, 60_000), { kind: 'again', wait: 60_000, hold: 60_000 });
    assert.deepEqual(judged(503, 1, 10 ** 12), { kind: 'again', wait: 86_400_000, hold: 3_600_000 });
    assert.deepEqual(judged(429, 1, 1_000), { kind: 'again', wait: 5_000, hold: 1_000 });
    for (const status of [502, 504])
      assert.deepEqual(judged(status, 1, 60_000), { kind: 'again', wait: 60_000, hold: 60_000 });
  });

  it('reads Retry-After as seconds or as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    assert.equal(retryAfterOf('120', now), 120_000);
    assert.equal(retryAfterOf('Thu, 01 Jan 2026 00:01:00 GMT', now), 60_000);
    assert.equal(retryAfterOf('Thu, 01 Jan 2015 00:01:00 GMT', now), 0);
    for (const odd of [undefined, 'soon', '']) assert.equal(retryAfterOf(odd, now), null);
  });
});
