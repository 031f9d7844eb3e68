import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { matches, subjectsOf } from '../../../src/events/filter.ts';
import type { LogEntry } from '../../../src/ports/event-log.ts';
import { created, openLog, readAll, received, type TestLog } from '../../support/log.ts';
import { startNats, type TestServer } from '../../support/servers.ts';

describe('looking back in the log', () => {
  let nats: TestServer;
  let test: TestLog;
  before(async () => {
    nats = await startNats();
    test = await openLog(nats.url);
  });
  after(async () => {
    await test.close();
    await nats.stop();
  });

  it('finds what stands before, at any distance, and not what a filter does not admit', async () => {
    const accounts = [
      'a',
      'b',
      'b',
      'c',
      'b',
      'b',
      'b',
      'b',
      'b',
      'a',
      'b',
      'c',
      'b',
      'b',
      'b',
      'b',
      'b',
      'b',
      'b',
    ];
    for (const [index, account] of accounts.entries())
      await test.log.append(received(`W${index}`, { account }));
    await test.log.appendDecision(created('A', { account: 'a' }), 0);
    await test.log.append(received('last', { account: 'b' }));
    const entries = await readAll(test.log);

    for (const [types, owners] of [
      [[], []],
      [[], ['a']],
      [['message.*'], ['a', 'c']],
      [['account.*'], []],
      [['account.created', 'message.received'], ['a']],
      [['call.*'], []],
    ] as const) {
      const filter = { types, accounts: owners };
      const accepts = (entry: LogEntry): boolean => entry.kind === 'event' && matches(filter, entry.event);
      for (let position = 1; position <= entries.length + 3; position++) {
        const expected = entries.filter((entry) => entry.seq < position && accepts(entry)).at(-1)?.seq ?? 0;
        const stretch = { subjects: subjectsOf(filter), before: position };
        assert.equal(
          await test.log.lastBefore(stretch, accepts),
          expected,
          `${types} ${owners} before ${position}`,
        );
      }
    }
  });

  it('gives one entry by its position', async () => {
    const entry = await test.log.at(2);
    assert.ok(entry?.kind === 'event' && entry.event.account === 'b');
    assert.equal(await test.log.at(9_999), null);
  });

  it('knows where the log stood at a time', async () => {
    const timeOf = async (seq: number): Promise<number> => {
      const stored = await test.jsm.streams.getMessage('WILDCAT', { seq });
      return new Date(stored?.timestamp ?? Number.NaN).getTime();
    };
    const times = await Promise.all([1, 2, 3, 4, 5].map(timeOf));
    const fifth = times[4] ?? Number.NaN;
    // several may be of one millisecond
    assert.equal(await test.log.before(new Date(fifth)), times.filter((time) => time < fifth).length);
    const { lastSeq } = await test.log.state();
    assert.equal(await test.log.before(new Date(Date.now() + 3_600_000)), lastSeq);
    assert.equal(await test.log.before(new Date(0)), 0);
  });
});
