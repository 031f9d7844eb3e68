import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  afterClose,
  type Close,
  type History,
  NO_HISTORY,
} from '../../../src/reactors/sessions/reconnect.ts';

const NOW = Date.parse('2026-01-02T03:04:05.000Z');
const ended = (code: number | null, over: Partial<Close> = {}): Close => ({
  code,
  reason: 'Connection Failure',
  paired: true,
  openFor: null,
  ...over,
});
const judge = (close: Close, history: History = NO_HISTORY, random = 0.5) =>
  afterClose(close, history, { now: NOW, random });
/** The verdict on the last of `times` equal closes in a row, or the first that allows no more of them. */
const judgeRow = (close: Close, times: number) => {
  let verdict = judge(close);
  for (let n = 1; n < times && verdict.kind === 'retry'; n++) verdict = judge(close, verdict.history);
  return verdict;
};
const attempts = (n: number): History => ({ ...NO_HISTORY, attempts: n });
const delayOf = (verdict: ReturnType<typeof judge>) => (verdict.kind === 'retry' ? verdict.delayMs : null);

describe('the reconnect table', () => {
  it('restarts at once on 515, without counting it', () => {
    assert.deepEqual(judge(ended(515), attempts(3)), {
      kind: 'retry',
      delayMs: 0,
      history: { attempts: 3, code: 515, repeats: 1 },
      fact: { type: 'account.restarting', data: { code: 515 } },
    });
  });

  it('backs off where 515 comes again and again', () => {
    assert.equal(judgeRow(ended(515), 3).fact.type, 'account.restarting');
    const { kind, fact } = judgeRow(ended(515), 4);
    assert.deepEqual([kind, fact.type], ['retry', 'account.disconnected']);
  });

  for (const code of [428, 408, null]) {
    it(`retries after a drop (${code}), telling when`, () => {
      const verdict = judge(ended(code, { reason: 'Connection Terminated' }), attempts(2));
      assert.equal(delayOf(verdict), 2_000);
      assert.deepEqual(verdict.fact, {
        type: 'account.disconnected',
        data: { code, reason: 'Connection Terminated', retryAt: '2026-01-02T03:04:07.000Z' },
      });
    });
  }

  for (const code of [null, 408, 428, 503, 599]) {
    it(`never gives up on the network (${code})`, () => {
      const verdict = judgeRow(ended(code), 100);
      assert.equal(verdict.kind, 'retry');
      assert.equal(verdict.history.attempts, 100);
    });
  }

  for (const code of [408, 500, 502]) {
    it(`nor on an upgrade refused for now (${code})`, () => {
      const refused = ended(code, { reason: `WebSocket Error (Unexpected server response: ${code})` });
      assert.equal(judgeRow(refused, 100).kind, 'retry');
      assert.equal(delayOf(judge(refused, NO_HISTORY, 0)), code === 408 ? 0 : 30_000);
    });
  }

  it('stops where the QR codes ran out unused', () => {
    const verdict = judge(ended(408, { paired: false, reason: 'QR refs attempts ended' }));
    assert.equal(verdict.kind, 'stop');
    assert.deepEqual(verdict.fact, { type: 'account.pairing_expired', data: {} });
  });

  it('retries an unpaired account whose connection was lost', () => {
    assert.equal(judge(ended(408, { paired: false, reason: 'Connection was lost' })).kind, 'retry');
    assert.equal(judge(ended(408, { reason: 'QR refs attempts ended' })).kind, 'retry', 'one that is paired');
  });

  it('leaves the field to the other socket on 440', () => {
    const verdict = judge(ended(440));
    assert.equal(verdict.kind, 'stop');
    assert.deepEqual(verdict.fact, { type: 'account.replaced', data: { code: 440 } });
  });

  it('is logged out on 401', () => {
    const verdict = judge(ended(401, { reason: 'Stream Errored (conflict)' }));
    assert.equal(verdict.kind, 'stop');
    assert.deepEqual(verdict.fact, {
      type: 'account.logged_out',
      data: { code: 401, reason: 'Stream Errored (conflict)' },
    });
  });

  it('does not take the 401 of a proxy for an unlinking', () => {
    const proxy = ended(401, { reason: 'WebSocket Error (Unexpected server response: 401)' });
    assert.equal(judgeRow(proxy, 2).kind, 'retry');
    const last = judgeRow(proxy, 3);
    assert.equal(last.kind, 'stop');
    assert.equal(last.fact.type, 'account.disconnected');
  });

  for (const code of [403, 406]) {
    it(`is blocked on ${code}`, () => {
      const verdict = judge(ended(code));
      assert.equal(verdict.kind, 'stop');
      assert.deepEqual(verdict.fact, { type: 'account.blocked', data: { code } });
    });
  }

  it('is blocked on 402 until the ban ends', () => {
    assert.deepEqual(judge(ended(402, { data: { reason: '402', expire: '3600' } })).fact, {
      type: 'account.blocked',
      data: { code: 402, until: '2026-01-02T04:04:05.000Z' },
    });
    for (const data of [
      undefined,
      null,
      'x',
      {},
      { expire: '0' },
      { expire: '-1' },
      { expire: 'soon' },
      { expire: 1e99 },
    ])
      assert.deepEqual(judge(ended(402, { data })).fact, { type: 'account.blocked', data: { code: 402 } });
    const other = judge(ended(403, { data: { expire: '3600' } })).fact;
    assert.deepEqual(other, { type: 'account.blocked', data: { code: 403 } }, 'no temporary ban');
  });

  for (const code of [405, 409]) {
    it(`is outdated on ${code}`, () => {
      const verdict = judge(ended(code));
      assert.equal(verdict.kind, 'stop');
      assert.deepEqual(verdict.fact, { type: 'account.outdated', data: { code } });
    });
  }

  it('stops on 411, which only pairing again can mend', () => {
    const verdict = judge(ended(411, { reason: 'Multi-device beta not joined' }));
    assert.equal(verdict.kind, 'stop');
    assert.deepEqual(verdict.fact, {
      type: 'account.disconnected',
      data: { code: 411, reason: 'Multi-device beta not joined', retryAt: null },
    });
  });

  it('stops after 500 five times in a row without an open', () => {
    assert.equal(judgeRow(ended(500), 4).kind, 'retry');
    assert.equal(judgeRow(ended(500), 5).kind, 'stop');
  });

  it('counts 500 anew after an open, and after another code', () => {
    const before: History = { attempts: 4, code: 500, repeats: 4 };
    assert.equal(judge(ended(500, { openFor: 1 }), before).kind, 'retry');
    assert.equal(judge(ended(500), judge(ended(428), before).history).kind, 'retry');
  });

  it('gives a server at fault 30 s to 5 min', () => {
    assert.equal(delayOf(judge(ended(503), NO_HISTORY, 0)), 30_000);
    assert.equal(delayOf(judge(ended(503), NO_HISTORY, 1)), 60_000);
    assert.equal(delayOf(judge(ended(502), attempts(30), 1)), 300_000);
    assert.equal(judgeRow(ended(503), 100).kind, 'retry');
  });

  for (const code of [400, 0, 418]) {
    it(`tries an odd answer (${code}) three times`, () => {
      assert.equal(judgeRow(ended(code), 2).kind, 'retry');
      assert.equal(judgeRow(ended(code), 3).kind, 'stop');
    });
  }

  it('starts the backoff anew after 60 s of connection', () => {
    assert.equal(delayOf(judge(ended(428, { openFor: 59_999 }), attempts(5), 1)), 32_000);
    assert.equal(delayOf(judge(ended(428, { openFor: 60_000 }), attempts(5), 1)), 1_000);
  });

  it('keeps every backoff within min(60 s, 2^n s)', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (n, random) => {
        const delay = delayOf(judge(ended(428), attempts(n), random)) ?? -1;
        assert.ok(delay >= 0 && delay <= Math.min(60_000, 1_000 * 2 ** n));
      }),
    );
  });
});
