import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../../../src/errors.ts';
import { created, EVERYTHING, openLog, readAll, received, type TestLog, waIdsOf } from '../../support/log.ts';
import { startNats, type TestServer } from '../../support/servers.ts';
import { waitFor } from '../../support/wait.ts';

const names = (count: number, prefix = 'W'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('while NATS is out of order', () => {
  let nats: TestServer;
  let test: TestLog;
  beforeEach(async () => {
    nats = await startNats();
    test = await openLog(nats.url);
  });
  afterEach(async () => {
    await test.close();
    await nats.stop();
  });

  /** Stops the server and makes sure that it no longer answers: a signal takes its time. */
  const hang = async (): Promise<void> => {
    await nats.kill('SIGSTOP');
    const answers = () => test.nc.flush().then(() => true);
    await waitFor(async () => !(await Promise.race([answers(), delay(100, false)])), { what: 'silence' });
  };

  /** Follows everything in the background. */
  const follow = () => {
    const stop = new AbortController();
    const ids: string[] = [];
    const run = async (): Promise<void> => {
      for await (const batch of test.log.follow(EVERYTHING, { signal: stop.signal }))
        ids.push(...waIdsOf(batch));
    };
    const ended = run();
    ended.catch(() => undefined); // awaited by the spec
    return { ids, ended, stop: () => stop.abort() };
  };

  it('an append that got no answer is sent again and stored once', async () => {
    await hang();
    const appended = names(50).map((id) => test.log.append(received(id)));
    // more than two acks' patience: everything has gone out several times
    await assert.rejects(waitFor(() => test.outcomes.length > 0, { what: 'answer', ms: 1_000 }));
    await nats.kill('SIGCONT');
    const results = await Promise.all(appended);
    assert.deepEqual(
      results,
      names(50).map((_, index) => ({ seq: index + 1, duplicate: false })),
    );
    assert.deepEqual(waIdsOf(await readAll(test.log)), names(50));
  });

  it('a reader asks again at once where the server died over its question', async () => {
    const patient = await openLog(nats.url, { patience: { ackMs: 60_000, totalMs: 120_000 } });
    await hang();
    const stop = new AbortController();
    const followed: string[] = [];
    const following = (async () => {
      for await (const batch of patient.log.follow(EVERYTHING, { signal: stop.signal }))
        followed.push(...waIdsOf(batch));
    })();
    await Promise.race([patient.nc.flush().catch(() => undefined), delay(100)]); // the questions are out
    await nats.kill('SIGKILL');
    await nats.restart();
    await test.log.append(received('W1'));
    await waitFor(() => followed.includes('W1'), { what: 'W1' });
    stop.abort();
    await following;
    await patient.close();
  });

  it('an append whose ack was lost goes again at once, and is not mistaken for a repeat', async () => {
    const patient = await openLog(nats.url, { patience: { ackMs: 60_000, totalMs: 120_000 } });
    // the server stores it while nobody listens: what it answers is lost with the connection
    await hang();
    const appended = patient.log.append(received('W0'));
    await patient.nc.reconnect();
    await nats.kill('SIGCONT');
    assert.deepEqual(await appended, { seq: 1, duplicate: false });
    assert.deepEqual(await patient.log.append(received('W0')), { seq: 1, duplicate: true });
    await patient.close();
  });

  it('a decision that got no answer is stored once', async () => {
    await hang();
    const appended = test.log.appendDecision(created(), 0);
    await assert.rejects(waitFor(() => test.outcomes.length > 0, { what: 'answer', ms: 1_000 }));
    await nats.kill('SIGCONT');
    assert.deepEqual(await appended, { seq: 1, duplicate: false, version: 2 });
    const kinds = (await readAll(test.log)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['event', 'version']);
  });

  it('of two decisions that got no answer one is told that the other came first', async () => {
    const rival = await openLog(nats.url);
    await hang();
    const both = Promise.allSettled([
      test.log.appendDecision(created('One'), 0),
      rival.log.appendDecision(created('Two'), 0),
    ]);
    await assert.rejects(waitFor(() => test.outcomes.length > 0, { what: 'answer', ms: 700 }));
    await nats.kill('SIGCONT');
    const results = await both;
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    assert.ok(hasCode(lost?.reason, 'version_conflict'));
    assert.equal((await readAll(test.log)).length, 2);
    await rival.close();
  });

  it('what stays unanswered is reported as unknown', async () => {
    const hasty = await openLog(nats.url, { patience: { ackMs: 100, totalMs: 500 } });
    await hang();
    const answers = [hasty.log.append(received('W0')), hasty.log.appendDecision(created(), 0)];
    for (const answer of answers) await assert.rejects(answer, (error) => hasCode(error, 'unavailable'));
    await nats.kill('SIGKILL');
    await nats.restart();
    await hasty.close();
  });

  it('a kill -9 under load loses, doubles and reorders nothing, for writers and followers', async () => {
    const reader = follow();
    const ids = names(6_000);
    let acked = 0;
    const write = async (): Promise<boolean[]> => {
      const appends: Promise<boolean>[] = [];
      for (const id of ids) {
        if (appends.length - acked >= 400)
          await waitFor(() => appends.length - acked < 400, { what: 'room in the window', ms: 60_000 });
        appends.push(
          test.log.append(received(id)).then(({ duplicate }) => {
            acked += 1;
            return duplicate;
          }),
        );
      }
      return Promise.all(appends);
    };
    const writing = write();
    for (const mark of [500, 2_500, 4_500]) {
      await waitFor(() => acked > mark, { what: `${mark} appends`, ms: 30_000 });
      await nats.kill('SIGKILL');
      await nats.restart();
    }
    assert.ok((await writing).every((duplicate) => !duplicate));
    await waitFor(() => reader.ids.length >= ids.length, { what: 'follower at the end', ms: 20_000 });
    assert.deepEqual(waIdsOf(await readAll(test.log)), ids);
    assert.deepEqual(reader.ids, ids);
    reader.stop();
    await reader.ended;
  });

  it('a follower ends when the connection is closed under it', async () => {
    const reader = follow();
    await test.log.append(received('W0'));
    await waitFor(() => reader.ids.length === 1, { what: 'event' });
    await test.nc.close();
    await assert.rejects(reader.ended, (error) => hasCode(error, 'unavailable'));
  });

  it('a follower does not take another stream for its own', async () => {
    const reader = follow();
    await test.log.append(received('W0'));
    await waitFor(() => reader.ids.length === 1, { what: 'event' });
    await test.jsm.streams.delete('WILDCAT');
    const wiped = await openLog(nats.url);
    for (const id of ['X0', 'X1']) await wiped.log.append(received(id));
    await assert.rejects(reader.ended, (error) => hasCode(error, 'misconfigured'));
    assert.deepEqual(reader.ids, ['W0']);
    await wiped.close();
  });
});
