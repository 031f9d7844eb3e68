import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { StreamConfig } from '@nats-io/jetstream';
import { createDoubt, troubleOf } from '../../../src/adapters/jetstream/trouble.ts';
import { hasCode, WildcatError } from '../../../src/errors.ts';
import type { LogEntry } from '../../../src/ports/event-log.ts';
import { sendRequested } from '../../support/events.ts';
import { created, EVERYTHING, openLog, readAll, received, type TestLog, waIdsOf } from '../../support/log.ts';
import { startNats, type TestServer } from '../../support/servers.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';

const names = (count: number, prefix = 'W'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('the event log', () => {
  let nats: TestServer;
  let test: TestLog;
  before(async () => {
    nats = await startNats();
  });
  beforeEach(async () => {
    await test?.close();
    const wipe = await openLog(nats.url);
    await wipe.jsm.streams.delete('WILDCAT');
    await wipe.close();
    test = await openLog(nats.url);
  });
  after(async () => {
    await test.close();
    await nats.stop();
  });

  it('gives back what was appended, in order, with its position', async () => {
    const ids = names(1_200);
    const appended = await Promise.all(ids.map((id) => test.log.append(received(id))));
    assert.deepEqual(
      appended.map(({ seq }) => seq),
      ids.map((_, index) => index + 1),
    );
    const entries = await readAll(test.log);
    assert.deepEqual(waIdsOf(entries), ids);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      appended.map(({ seq }) => seq),
    );
  });

  it('stores an event once, however often it is appended', async () => {
    const first = await test.log.append(received('W1'));
    const again = await test.log.append(received('W1'));
    assert.deepEqual(
      [first, again],
      [
        { seq: 1, duplicate: false },
        { seq: 1, duplicate: true },
      ],
    );
    assert.deepEqual(test.outcomes, ['stored', 'duplicate']);
  });

  it("takes the caller's key where the event has none of its own, and else none at all", async () => {
    const fact = { ...created(), type: 'account.restarting', data: { code: 515 } } as const;
    const seqs = [];
    for (const key of ['one', 'one', 'two', undefined, undefined])
      seqs.push((await test.log.append(fact, key)).seq);
    assert.deepEqual(seqs, [1, 1, 2, 3, 4]);
  });

  it('names type and version in headers', async () => {
    await test.log.append(received('W1'));
    const stored = await test.jsm.streams.getMessage('WILDCAT', { seq: 1 });
    assert.equal(stored?.header.get('Wa-Type'), 'message.received');
    assert.equal(stored?.header.get('Wa-V'), '1');
    assert.equal(stored?.header.get('Nats-Msg-Id'), 'shop.1/m/p4915100000001/p4915100000001/W1');
  });

  it('moves a large raw to the blobs, and refuses what is too large even so', async () => {
    const bytes = Buffer.alloc(600_000, 7);
    await test.log.append(received('W1', { raw: bytes.toString('base64') }));
    const [entry] = await readAll(test.log);
    assert.ok(entry?.kind === 'event');
    assert.equal(entry.event.raw, undefined);
    assert.equal(entry.event.rawRef?.length, bytes.length);
    assert.deepEqual(await test.blobs.get('shop', entry.event.rawRef.sha256), bytes);

    const huge = test.log.append(received('x'.repeat(600_000)));
    await assert.rejects(huge, (error) => hasCode(error, 'invalid') && /120\d{4} bytes/.test(error.message));
  });

  it('moves the raw of a quoted message likewise', async () => {
    const bytes = Buffer.alloc(600_000, 7);
    const quotedKey = { participant: '4915100000001@s.whatsapp.net', fromMe: false };
    const meta = { account: 'shop', gen: 1, occurredAt: '2026-01-01T00:00:00.000Z' };
    const raw = bytes.toString('base64');
    await test.log.append({ ...meta, ...sendRequested('S1', { quotedKey: { ...quotedKey, raw } }) });
    const [entry] = await readAll(test.log);
    assert.ok(entry?.kind === 'event' && entry.event.type === 'message.send_requested');
    const { rawRef, ...rest } = entry.event.data.quotedKey ?? {};
    assert.deepEqual(rest, quotedKey);
    assert.deepEqual(await test.blobs.get('shop', rawRef?.sha256 ?? ''), bytes);
  });

  it('reads to the present end and no further, also where the end is not of the stretch', async () => {
    await test.log.append(received('W1'));
    await test.log.append(received('X1', { account: 'other' }));
    assert.deepEqual(waIdsOf(await readAll(test.log, { subjects: ['wildcat.shop.>'], after: 0 })), ['W1']);
    assert.deepEqual(await readAll(test.log, { subjects: ['wildcat.nobody.>'], after: 0 }), []);
    assert.deepEqual(await readAll(test.log, { subjects: ['wildcat.shop.>'], after: 2 }), []);

    const seen: string[] = [];
    for await (const batch of test.log.read(EVERYTHING)) {
      seen.push(...waIdsOf(batch));
      await test.log.append(received(`later ${seen.length}`));
    }
    assert.deepEqual(seen, ['W1', 'X1']);
  });

  it('reads to an end in batches as large as they may be, in events and in bytes', async () => {
    const sizes = async (max: number): Promise<number[]> => {
      const found: number[] = [];
      for await (const batch of test.log.read(EVERYTHING, { max })) found.push(batch.length);
      return found;
    };
    await Promise.all(names(1_200).map((id) => test.log.append(received(id))));
    assert.deepEqual(await sizes(500), [500, 500, 200]);
    assert.deepEqual(await sizes(2_000), [1_200]);
    const raw = Buffer.alloc(300_000).toString('base64');
    await Promise.all(names(15, 'LARGE').map((id) => test.log.append({ ...received(id), raw })));
    // 400 kB each: the eleventh of them reaches 4 MiB
    const large = await sizes(2_000);
    assert.deepEqual([large.length, large.reduce((sum, size) => sum + size, 0)], [2, 1_215]);
  });

  it('asks once about the stream for a read, for its end and which one it is; the client does once more', async () => {
    await test.log.append(received('M1'));
    const asked: string[] = [];
    test.nc.subscribe('$JS.API.>', { callback: (_, { subject }) => void asked.push(subject) });
    assert.equal((await readAll(test.log)).length, 1);
    await test.nc.flush();
    const questions = asked.filter((subject) => subject.startsWith('$JS.API.STREAM.INFO.'));
    assert.equal(questions.length, 2, asked.join());
  });

  it('ends a read whose rest was purged meanwhile', async () => {
    await Promise.all(names(3_000).map((id) => test.log.append(received(id))));
    const seen: number[] = [];
    for await (const batch of test.log.read(EVERYTHING)) {
      seen.push(batch.length);
      if (seen.length === 1) await test.log.purge('shop', 3_001);
    }
    const total = seen.reduce((sum, length) => sum + length, 0);
    assert.ok(total < 3_000, `${total} of 3000 were read`);
  });

  it('gives what had come before the rest was purged', async () => {
    await Promise.all(names(300).map((id) => test.log.append(received(id))));
    const seen: number[] = [];
    // what is under way when the first batch is out does not fill the last one
    for await (const batch of test.log.read(EVERYTHING, { max: 60, window: 100 })) {
      seen.push(batch.length);
      if (seen.length === 1) await test.log.purge('shop', 301);
    }
    assert.ok((seen.at(-1) ?? 0) < 60, `batches of ${seen.join(', ')}`);
  });

  it('follows in batches of what arrived meanwhile, ends with its signal and leaves no consumer', async () => {
    const stop = new AbortController();
    const sizes: number[] = [];
    const ids: string[] = [];
    await Promise.all(names(1_500).map((id) => test.log.append(received(id))));
    for await (const batch of test.log.follow(EVERYTHING, { signal: stop.signal })) {
      ids.push(...waIdsOf(batch));
      sizes.push(batch.length);
      if (ids.length === 1_500) await test.log.append(received('last'));
      if (ids.length === 1_501) stop.abort();
    }
    assert.deepEqual(ids, [...names(1_500), 'last']);
    assert.ok(sizes.length < 100 && Math.max(...sizes) <= 500, `batches of ${sizes.join(' ')}`);
    await waitFor(async () => (await test.jsm.streams.info('WILDCAT')).state.consumer_count === 0, {
      what: 'stream without consumers',
    });
  });

  it('does not run ahead of a slow reader', async () => {
    await Promise.all(names(5_000).map((id) => test.log.append(received(id))));
    // on a connection of its own, where no late ack of an append is counted
    const reader = await openLog(nats.url);
    const { inMsgs } = reader.nc.stats();
    const arrived = (): number => reader.nc.stats().inMsgs - inMsgs;
    for await (const batch of reader.log.read(EVERYTHING, { max: 10 })) {
      assert.ok(batch.length <= 10);
      await waitFor(() => arrived() >= 1_000, { what: 'full buffer' });
      // a second round trip: whatever else was on its way is here
      await reader.nc.flush();
      await reader.nc.flush();
      break;
    }
    assert.ok(arrived() < 1_100, `${arrived()} messages arrived for a reader that took 10`);
    await reader.close();
  });

  it('shows what it can not read instead of throwing', async () => {
    await test.log.append(received('W1'));
    const junk = ['{', '{"type":"message.received","v":1}', JSON.stringify({ v: 99 })];
    for (const body of junk) await test.nc.request('wildcat.shop.message.received.p1', body);
    const entries = await readAll(test.log);
    assert.deepEqual(
      entries.map(({ kind }) => kind),
      ['event', 'undecodable', 'undecodable', 'undecodable'],
    );
    assert.equal(entries[1]?.seq, 2);
  });

  it('appends a decision and its version together, if nobody came first', async () => {
    assert.deepEqual(await test.log.appendDecision(created(), 0), { seq: 1, duplicate: false, version: 2 });
    await assert.rejects(test.log.appendDecision(created('Late'), 0), (e) => hasCode(e, 'version_conflict'));
    assert.deepEqual(await test.log.appendDecision(created('Next'), 2), {
      seq: 3,
      duplicate: false,
      version: 4,
    });
    const kinds = (await readAll(test.log)).map((entry: LogEntry) =>
      entry.kind === 'version' ? [entry.account, entry.aggregate] : entry.kind,
    );
    assert.deepEqual(kinds, ['event', ['shop', 'account'], 'event', ['shop', 'account']]);
    assert.deepEqual(test.outcomes, ['stored', 'version_conflict', 'stored']);
  });

  it('lets exactly one of four racing decisions win, 150 times', async () => {
    const others = await Promise.all([1, 2, 3].map(() => openLog(nats.url)));
    const racers = [test, ...others];
    let version = 0;
    for (let round = 0; round < 150; round++) {
      const results = await Promise.allSettled(
        racers.map(({ log }, racer) => log.appendDecision(created(`${round} ${racer}`), version)),
      );
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      assert.equal(won.length, 1);
      assert.ok(lost.every((error) => hasCode(error, 'version_conflict')));
      version = won[0]?.version ?? 0;
    }
    assert.equal((await test.log.state()).lastSeq, 300);
    await Promise.all(others.map((other) => other.close()));
  });

  it('purges an account up to a position, and takes its ids again in the next generation', async () => {
    await test.log.append(received('W1'));
    await test.log.append(received('X1', { account: 'other' }));
    const { seq } = await test.log.appendDecision(
      { ...created(), type: 'account.deleted', data: { collectionName: 'auth_shop' } },
      0,
    );
    await test.log.purge('shop', seq);
    assert.equal((await test.log.append(received('W1'))).duplicate, true);
    assert.equal((await test.log.append(received('W1', { gen: 2 }))).duplicate, false);
    const types = (await readAll(test.log)).map((entry) =>
      entry.kind === 'event' ? entry.event.type : entry.kind,
    );
    assert.deepEqual(types, ['message.received', 'account.deleted', 'version', 'message.received']);
  });

  it('says so when it is full, for facts and decisions', async () => {
    await test.close();
    test = await openLog(nats.url, { maxBytes: 100_000 });
    const refused = await Promise.allSettled(names(200).map((id) => test.log.append(received(id))));
    const errors = refused.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.ok(errors.length > 0 && errors.every((error) => hasCode(error, 'log_full')));
    await assert.rejects(test.log.appendDecision(created('x'.repeat(10_000)), 0), (e) =>
      hasCode(e, 'log_full'),
    );
    const { bytes, maxBytes } = await test.log.state();
    assert.ok(maxBytes === 100_000 && bytes <= maxBytes);
    const kept = waIdsOf(await readAll(test.log));
    assert.equal(kept[0], 'W0');
    assert.equal(kept.length, 200 - errors.length);
  });

  it('waits where the server takes no more consumers for now, as while a killed process has left its own', async () => {
    await test.jsm.streams.delete('WILDCAT');
    const config: Partial<StreamConfig> = { discard: 'new', allow_atomic: true, max_consumers: 1 };
    await test.jsm.streams.add({ name: 'WILDCAT', subjects: ['wildcat.>'], ...config });
    await test.jsm.consumers.add('WILDCAT', { name: 'left', ack_policy: 'none' });
    let warnings = 0;
    const log = { ...silentLog, warn: () => void warnings++ };
    const other = await openLog(nats.url, {}, { log });
    await other.log.append(received('W1'));
    const reading = readAll(other.log);
    reading.catch(() => undefined);
    await waitFor(() => warnings > 0, { what: 'a refused consumer' });
    await test.jsm.consumers.delete('WILDCAT', 'left');
    assert.deepEqual(waIdsOf(await reading), ['W1']);
    await other.close();
  });

  it('is not frozen where its stream is gone: NATS started anew would mend nothing, and cut a restore short', async () => {
    const doubt = createDoubt();
    const lost = (): Promise<never> => Promise.reject(new WildcatError('unavailable', 'no answer'));
    await assert.rejects(doubt.watch(lost));
    assert.equal(await troubleOf(test.jsm, doubt), null);
    await test.jsm.streams.delete('WILDCAT');
    assert.deepEqual(await troubleOf(test.jsm, doubt), { reason: 'stream not found', frozen: false });
  });

  it('is not in doubt where MongoDB did not take what goes beside an event', async () => {
    const away = () => Promise.reject(new WildcatError('unavailable', 'MongoDB does not answer'));
    const { log, close } = await openLog(nats.url, {}, { blobs: { put: away } });
    const raw = Buffer.alloc(600_000).toString('base64');
    await assert.rejects(log.append(received('W1', { raw })), (error) => hasCode(error, 'unavailable'));
    await test.jsm.streams.delete('WILDCAT');
    assert.equal(await log.trouble(), null, 'nobody has reason to ask');
    await close();
  });

  it('refuses to follow from a position that the stream has not reached', async () => {
    await test.log.append(received('W1'));
    const follow = test.log.follow({ ...EVERYTHING, after: 7 }, { signal: new AbortController().signal });
    await assert.rejects(
      (async () => {
        for await (const _ of follow) assert.fail('gave something');
      })(),
      (error) => hasCode(error, 'misconfigured') && /ends at 1, before the position 7/.test(error.message),
    );
  });
});

describe("somebody else's answers", () => {
  let nats: TestServer;
  before(async () => {
    // which syncs first: the others are faster
    nats = await startNats({ durable: true });
  });
  after(() => nats.stop());

  for (const answer of ['thanks', '{"ok":true}', '{"stream":"OTHER","seq":7}'])
    it(`are not taken for the server's: ${answer}`, async () => {
      const [mine, other] = [await openLog(nats.url), await openLog(nats.url)];
      other.nc.subscribe('wildcat.>', { callback: (_, message) => void message.respond(answer) });
      await other.nc.flush();
      const { lastSeq } = await mine.log.state();
      const appended = await Promise.all(names(20, answer).map((id) => mine.log.append(received(id))));
      assert.deepEqual(
        appended.map(({ seq }) => seq),
        appended.map((_, index) => lastSeq + index + 1),
      );
      const { version } = await mine.log.appendDecision(created('Shop', { account: `shop${lastSeq}` }), 0);
      await Promise.all([mine.close(), other.close()]);
      assert.equal(version, lastSeq + 22);
    });
});
