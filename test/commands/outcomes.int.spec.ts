import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { followOutcomes, loggedFailure, type Outcomes } from '../../src/commands/outcomes.ts';
import type { MessageEvent } from '../../src/events/messages.ts';
import { sendFailed, sendUnknown, sent, statusChanged } from '../support/events.ts';
import { openLog, type TestLog } from '../support/log.ts';
import { startNats, type TestServer } from '../support/servers.ts';
import { silentLog } from '../support/silent-log.ts';

const LONG_MS = 10_000;

describe('outcomes of sends', () => {
  let nats: TestServer;
  let test: TestLog;
  let outcomes: Outcomes;
  let stop: AbortController;
  before(async () => {
    nats = await startNats();
    test = await openLog(nats.url);
    await append(sent('BEFORE'));
  });
  beforeEach(async () => {
    stop?.abort();
    stop = new AbortController();
    outcomes = await followOutcomes(test.log, { signal: stop.signal, logger: silentLog });
  });
  after(async () => {
    stop.abort();
    await test.close();
    await nats.stop();
  });
  const append = (event: MessageEvent, account = 'shop') =>
    test.log.append({ ...event, account, gen: 1, occurredAt: '2026-01-01T00:00:00.000Z' });

  it('resolve a wait as soon as the log has them', async () => {
    const waits = ['A', 'B', 'C'].map((waId) => outcomes.wait('shop', waId, LONG_MS));
    await append(statusChanged('A', 'delivered'));
    const { seq } = await append(sent('A'));
    await append(sendFailed('B', 'no'));
    await append(sendUnknown('C'));
    assert.deepEqual(await Promise.all(waits), [
      { kind: 'sent', seq, timestamp: sent('A').data.timestamp },
      { kind: 'failed', seq: seq + 1, code: 400, reason: 'no', phase: 'server' },
      { kind: 'unknown', seq: seq + 2 },
    ]);
  });

  it('are told to all who wait for one', async () => {
    const waits = Promise.all([outcomes.wait('shop', 'D', LONG_MS), outcomes.wait('shop', 'D', LONG_MS)]);
    await append(sent('D'));
    const [one, other] = await waits;
    assert.equal(one?.kind, 'sent');
    assert.deepEqual(one, other);
  });

  it('are not missed between an append and the wait', async () => {
    await append(sent('E'));
    await append(sent('F'));
    await outcomes.wait('shop', 'F', LONG_MS); // so E has been heard of before anyone asks
    for (const ms of [0, LONG_MS]) assert.equal((await outcomes.wait('shop', 'E', ms))?.kind, 'sent');
  });

  it('follow right after the end at which they began', async () => {
    const fresh = await followOutcomes(test.log, { signal: stop.signal, logger: silentLog });
    const [found] = await Promise.all([fresh.wait('shop', 'G', LONG_MS), append(sent('G'))]);
    assert.equal(found?.kind, 'sent');
    assert.equal(await fresh.wait('shop', 'BEFORE', 0), null);
  });

  it('belong to their account', async () => {
    await append(sent('H'), 'other');
    assert.equal((await outcomes.wait('other', 'H', LONG_MS))?.kind, 'sent');
    assert.equal(await outcomes.wait('shop', 'H', 0), null);
  });

  it('are null after the time that one is ready to wait', async () => {
    assert.equal(await outcomes.wait('shop', 'NEVER', 20), null);
    assert.equal(await outcomes.wait('shop', 'NEVER', 0), null);
  });

  it('can change from unknown to sent', async () => {
    await append(sendUnknown('I'));
    assert.equal((await outcomes.wait('shop', 'I', LONG_MS))?.kind, 'unknown');
    await append(sent('I'));
    await append(sent('J'));
    await outcomes.wait('shop', 'J', LONG_MS);
    assert.equal((await outcomes.wait('shop', 'I', 0))?.kind, 'sent');
  });

  it('of a failure are found in the log by those who come later, of that chat and message alone', async () => {
    const failed = sendFailed('L', 'late');
    const expired = { ...failed.data, waId: 'M', code: null, phase: 'expired' } as const;
    await append(failed);
    const { seq } = await append({ type: 'message.send_failed', data: expired });
    const { chat } = failed.data;
    const found = await loggedFailure(test.log, 'shop', { waId: 'M', chat });
    assert.deepEqual(found, { kind: 'failed', seq, code: null, reason: 'late', phase: 'expired' });
    assert.equal(await loggedFailure(test.log, 'shop', { waId: 'N', chat }), null);
    const other = { jid: '4915200000009@s.whatsapp.net' };
    assert.equal(await loggedFailure(test.log, 'shop', { waId: 'M', chat: other }), null);
  });

  it('come through a restart of the server', async () => {
    const wait = outcomes.wait('shop', 'K', 3 * LONG_MS);
    await nats.restart();
    await append(sent('K'));
    assert.equal((await wait)?.kind, 'sent');
  });
});
